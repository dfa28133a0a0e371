using Lockkeeper.Bench.Reporting;
using Lockkeeper.Bench.Targets;
using Lockkeeper.Server.Catalog;
using Lockkeeper.Testing;

namespace Lockkeeper.Bench.Parts;

/// <summary>How long it takes to look through many model folders: for the first time, when every header is read, and again, when nothing has changed. Files are sparse; headers are of real size.</summary>
internal static class DiscoverPart
{
    private const string Name = "looking through 200 model folders";
    private const int GgufFolders = 150;
    private const int MlxFolders = 50;
    private const int Tokens = 32_000;

    public static void Run(TestBed bed, Options options, Report report)
    {
        var root = Path.Combine(bed.Folder, "models");
        Make(root);
        List<double> first = [], again = [];
        for (var round = 0; round < options.Rounds; round++)
        {
            var reader = new ModelFileReader();
            first.Add(Look(root, reader, bed.Time));
            again.Add(Look(root, reader, bed.Time));
            if (round == 0)
            {
                report.Add(new Figure(Name, "headers read", "lockkeeper", reader.BytesRead / (1024.0 * 1024), "MiB"));
            }
        }

        report.Add(new Figure(Name, "first look, median", "lockkeeper", Median(first), "ms"));
        report.Add(new Figure(Name, "later look, median", "lockkeeper", Median(again), "ms"));
        Directory.Delete(root, recursive: true);
    }

    private static double Look(string root, ModelFileReader reader, TimeProvider time)
    {
        var start = time.GetTimestamp();
        var found = FolderScan.Of(root, reader, CancellationToken.None).Models.Count;
        var took = time.GetElapsedTime(start).TotalMilliseconds;
        return found == GgufFolders + MlxFolders ? took : throw new InvalidOperationException($"{found} models were found");
    }

    private static double Median(List<double> values) => values.Order().ElementAt(values.Count / 2);

    private static void Make(string root)
    {
        string[] tokens = [.. Enumerable.Range(0, Tokens).Select(number => $"token{number}")];
        for (var i = 0; i < GgufFolders; i++)
        {
            GgufBytes.Llama().With("tokenizer.ggml.tokens", tokens).With("tokenizer.chat_template", "{% if tools %}<|im_start|>").Tensor("blk.0.weight", 1, 1024, 1024).WriteTo(Path.Combine(root, $"org{i}", "name", "x-Q4_K_M.gguf"));
        }

        for (var i = 0; i < MlxFolders; i++)
        {
            var folder = Path.Combine(root, "mlx-community", $"name{i}");
            new SafetensorsBytes().ByMlx().Tensor("a.weight", "U32", 1024, 1024).WriteTo(Path.Combine(folder, "model.safetensors"));
            File.WriteAllText(Path.Combine(folder, "config.json"), """{"model_type":"qwen3","quantization":{"bits":4,"group_size":64}}""");
        }
    }
}
