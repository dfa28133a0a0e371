using Lockkeeper.Server.Memory;
using Shouldly;
using Xunit;

namespace Lockkeeper.Server.Tests.Memory;

/// <summary>On a tree of files as the driver shows them.</summary>
public sealed class AmdMemoryTests : IDisposable
{
    private const long Mebibyte = 1024 * 1024;

    private readonly DirectoryInfo _root = Directory.CreateTempSubdirectory("lockkeeper-amd-");

    public void Dispose() => _root.Delete(recursive: true);

    [Fact]
    public void A_card_has_memory_of_its_own()
    {
        Card("card1", vram: 24_560, used: 1_560);
        Write("sys/class/drm/card1-DP-1/status", "connected\n");
        var memory = Memory();
        memory.HasOwnMemory.ShouldBeTrue();
        memory.Total().ShouldBe(24_560 * Mebibyte);
        memory.Available().ShouldBe(23_000 * Mebibyte);
        Write("sys/class/drm/card1/device/mem_info_vram_used", $"{2_560 * Mebibyte}\n");
        memory.Available().ShouldBe(22_000 * Mebibyte);
    }

    [Fact]
    public void A_client_with_two_descriptors_or_inherited_by_a_child_counts_once()
    {
        Card("card0", vram: 8_176, used: 0);
        Client(pid: 41, descriptor: 5, client: 21, vram: 1000, gtt: 7);
        Client(pid: 41, descriptor: 9, client: 21, vram: 1000, gtt: 7);
        Client(pid: 41, descriptor: 10, client: 22, vram: 200, gtt: 0);
        Client(pid: 42, descriptor: 5, client: 21, vram: 1000, gtt: 7);
        Client(pid: 99, descriptor: 5, client: 30, vram: 5000, gtt: 0);
        Write("proc/41/fdinfo/0", "pos:\t0\nflags:\t0100002\nmnt_id:\t15\n");
        Memory().HeldBy([41, 42, 43]).ShouldBe(1200 * Mebibyte);
    }

    [Fact]
    public void The_same_number_on_another_card_is_another_client()
    {
        Card("card0", vram: 8_176, used: 0);
        Card("card1", vram: 8_176, used: 100);
        Client(pid: 41, descriptor: 5, client: 21, vram: 1000, gtt: 0);
        Client(pid: 41, descriptor: 6, client: 21, vram: 500, gtt: 0, device: "0000:c2:00.0");
        var memory = Memory();
        memory.HeldBy([41]).ShouldBe(1500 * Mebibyte);
        memory.Available().ShouldBe(16_252 * Mebibyte);
    }

    [Fact]
    public void What_only_the_compute_driver_tells_counts_too()
    {
        Card("card0", vram: 24_560, used: 0);
        Client(pid: 41, descriptor: 5, client: 21, vram: 10, gtt: 0);
        Write("sys/class/kfd/kfd/proc/41/vram_51110", $"{6_000 * Mebibyte}\n");
        Write("sys/class/kfd/kfd/proc/41/sdma_51110", "123456\n");
        Memory().HeldBy([41]).ShouldBe(6_000 * Mebibyte);
    }

    [Fact]
    public void A_gpu_within_the_processor_takes_from_the_machine_s_memory()
    {
        Card("card0", vram: 512, used: 300);
        Client(pid: 41, descriptor: 5, client: 21, vram: 100, gtt: 12_000);
        var memory = Memory();
        memory.HasOwnMemory.ShouldBeFalse();
        memory.Total().ShouldBeNull();
        memory.Available().ShouldBeNull();
        memory.HeldBy([41]).ShouldBe(12_000 * Mebibyte);
    }

    [Fact]
    public void Without_such_a_gpu_there_is_nothing_to_tell()
    {
        var memory = new AmdMemory(Path.Combine(_root.FullName, "none"), Path.Combine(_root.FullName, "none"));
        memory.HasOwnMemory.ShouldBeFalse();
        memory.HeldBy([41]).ShouldBe(0);
    }

    [Fact]
    public void A_figure_that_goes_missing_is_unknown()
    {
        Card("card0", vram: 8_176, used: 0);
        var memory = Memory();
        File.Delete(Path.Combine(_root.FullName, "sys/class/drm/card0/device/mem_info_vram_used"));
        memory.Available().ShouldBeNull();
        memory.Total().ShouldBe(8_176 * Mebibyte);
    }

    private AmdMemory Memory() => new(Path.Combine(_root.FullName, "sys"), Path.Combine(_root.FullName, "proc"));

    private void Card(string name, long vram, long used)
    {
        Write($"sys/class/drm/{name}/device/mem_info_vram_total", $"{vram * Mebibyte}\n");
        Write($"sys/class/drm/{name}/device/mem_info_vram_used", $"{used * Mebibyte}\n");
        Write($"sys/class/drm/{name}/device/mem_info_gtt_total", $"{16_000 * Mebibyte}\n");
        Write($"sys/class/drm/{name}/device/mem_info_gtt_used", $"{20 * Mebibyte}\n");
    }

    private void Client(int pid, int descriptor, long client, long vram, long gtt, string device = "0000:c1:00.0") => Write(
        $"proc/{pid}/fdinfo/{descriptor}",
        $"pos:\t0\ndrm-driver:\tamdgpu\ndrm-client-id:\t{client}\ndrm-pdev:\t{device}\ndrm-memory-vram:\t{vram * 1024} KiB\ndrm-memory-gtt: \t{gtt * 1024} KiB\n");

    private void Write(string file, string text)
    {
        var path = Path.Combine(_root.FullName, file);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, text);
    }
}
