using System.Security.Cryptography;
using System.Text;
using Lockkeeper.Core.Config;
using Lockkeeper.Core.Models;
using Lockkeeper.Core.Scheduling;

namespace Lockkeeper.Server.Import;

/// <summary>A configuration in the making: sections by name, comments, and what is lost on the way.</summary>
internal sealed class ImportDraft(List<NotCarried> lost)
{
    public const string Gpu = "gpu";

    private readonly Dictionary<ConfigKey, string> _comments = [];
    private readonly HashSet<string> _names = new(StringComparer.OrdinalIgnoreCase);

    public ServerConfig Server { get; set; } = new();

    public SchedulingConfig Scheduling { get; set; } = new();

    public OrderedDictionary<string, PoolConfig> Pools { get; } = [];

    public OrderedDictionary<string, EngineConfig> Engines { get; } = [];

    public OrderedDictionary<string, ModelConfig> Models { get; } = [];

    public List<DiscoverConfig> Discover { get; } = [];

    public void Lose(string key, string why) => lost.Add(new NotCarried(key, why));

    public void Comment(ConfigKey key, string text) => _comments[key] = text;

    /// <summary>Adds a model unless one of that name is there; its aliases, without those that are taken.</summary>
    /// <param name="id">What clients ask for.</param>
    /// <param name="model">Its section.</param>
    /// <param name="place">Where it comes from, for what is lost.</param>
    public bool Add(string id, ModelConfig model, string place)
    {
        if (string.IsNullOrWhiteSpace(id) || id != id.Trim() || id.Any(char.IsControl) || !_names.Add(id))
        {
            Lose(place, _names.Contains(id) ? $"the name '{id}' is taken by a model above; case does not tell names apart" : "its id can be no name of a model");
            return false;
        }

        Models.Add(id, model with { Aliases = [] });
        foreach (var alias in model.Aliases)
        {
            Alias(alias, id, place);
        }

        return true;
    }

    public bool Alias(string alias, string id, string place)
    {
        if (string.IsNullOrWhiteSpace(alias) || alias != alias.Trim() || alias.Any(char.IsControl) || !_names.Add(alias))
        {
            Lose(place, $"the alias '{alias}' is taken, or can be no name");
            return false;
        }

        Models[id] = Models[id] with { Aliases = [.. Models[id].Aliases, alias] };
        return true;
    }

    /// <summary>Where to serve: the same port, on loopback unless there are keys.</summary>
    public void Listen(string? host, int port, string place)
    {
        var everywhere = host is not (null or "" or "127.0.0.1" or "localhost" or "::1");
        var open = everywhere && Server.ApiKeys.Count > 0;
        Server = Server with { Listen = $"http://{(open ? host is "::" ? "[::]" : host : "127.0.0.1")}:{port}" };
        if (everywhere && !open)
        {
            Lose(place, $"'{host}' can be reached from other machines, and there are no keys; this machine alone is served until server.api_keys or allow_anonymous says otherwise");
        }
    }

    /// <summary>Plain keys become their hashes, which let the same clients in; each may do everything, as before.</summary>
    public void Keys(IReadOnlyList<string> keys) => Server = Server with
    {
        ApiKeys =
        [
            .. keys.Where(key => key.Length > 0).Distinct(StringComparer.Ordinal).Select((key, i) => new ApiKeyConfig
            {
                Name = $"key-{i + 1}",
                Key = KeySource.TryParse(key.StartsWith("env:", StringComparison.Ordinal) ? key : $"sha256:{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(key)))}", out var source, out _)
                    ? source : throw new ImportRefusedException("an API key cannot be taken over: it names no environment variable"),
                Scopes = [Scope.Infer, Scope.Admin, Scope.Metrics],
            }),
        ],
    };

    public ImportReport Report(ImportFormat format)
    {
        if (Models.Count == 0 && Discover.Count == 0)
        {
            throw new ImportRefusedException($"no model could be taken over, so there would be nothing to serve{string.Concat(lost.Take(3).Select(one => $"; {one.Key}: {one.Why}"))}");
        }

        return new ImportReport(format, new LockkeeperConfig { Server = Server, Scheduling = Scheduling, Pools = Pools, Engines = Engines, Models = Models, Discover = Discover }, _comments, lost);
    }

    /// <summary>Scheme, host and port of an address; what stands behind is reported.</summary>
    /// <returns>Null when it is no address; that is reported too.</returns>
    public string? Address(string? written, string place, params ReadOnlySpan<string> mayFollow)
    {
        if (written is null)
        {
            return null;
        }

        if (!Uri.TryCreate(written, UriKind.Absolute, out var url) || url.Scheme is not ("http" or "https") || url.UserInfo.Length > 0)
        {
            Lose(place, $"'{written}' is no address of an engine");
            return null;
        }

        var path = url.PathAndQuery.TrimEnd('/');
        if (path.Length > 0 && !mayFollow.Contains(path))
        {
            Lose(place, $"'{path}' behind the address: engines are asked at the paths that clients ask for");
        }

        return url.GetLeftPart(UriPartial.Authority);
    }

    /// <summary>What their programs do with one engine at a time.</summary>
    public void OneAtATime(PoolConfig? pool = null) => Pools.TryAdd(Gpu, pool ?? new PoolConfig { Policy = PoolPolicy.Exclusive });

    /// <returns>False when it holds words that stand for something else here, or for nothing: the command cannot be taken over. They are reported.</returns>
    public bool CanTake(IEnumerable<string> command, string place)
    {
        var found = command.SelectMany(Placeholders.In).Distinct().ToList();
        found.ForEach(word => Lose(place, $"holds {word}, which Lockkeeper takes for a placeholder"));
        return found.Count == 0;
    }

    /// <summary>A key of the engines that no other engine has.</summary>
    public string FreeEngineName(string wanted)
    {
        var name = string.Concat(wanted.Select(letter => char.IsControl(letter) ? '-' : letter));
        for (var i = 2; Engines.ContainsKey(name); i++)
        {
            name = $"{wanted}-{i}";
        }

        return name;
    }

    /// <summary>What is left of a life cycle when the machine is somebody else's.</summary>
    public static EngineConfig Cloud(string url, EngineDialect dialect, SecretSource? key) => new()
    {
        Lifecycle = Lifecycle.Cloud,
        Url = url,
        ApiKey = key,
        Dialects = [dialect],
    };
}
