using System.Globalization;

namespace FakeEngine;

/// <summary>The command line. Unknown flags are an error, so that a misspelt fault cannot pass for a healthy engine.</summary>
internal sealed class Flags
{
    public const string Help = """
        fake-engine: an OpenAI-shaped engine that has no model, starts at once, and fails on demand.

          --port N              port to serve on, on 127.0.0.1 (needed)
          --id ID               model id in answers (default: fake)
          --path FILE, --context-length N, --cookie TEXT (what it starts gets the cookie too)
                                accepted and shown in GET /__state, nothing else

        Start
          --print TEXT          print a line on stderr first (may be repeated)
          --print-env NAME      print NAME=value on stderr first (may be repeated)
          --noise MB            print that many megabytes on stdout before listening
          --exit-at-start CODE  exit before listening
          --start-delay MS      listen only after that time
          --ready-delay MS      /health answers 503 until that time after listening
          --never-ready         /health answers 503 for ever

          --early MS            say ready at once, but answer completions 503 until that time after listening

        Control APIs: several models in one process, loaded and unloaded while it runs
          --ollama              GET /api/tags, /api/ps; POST /api/show; POST /api/generate loads (keep_alive) and unloads (keep_alive: 0);
                                a completion for a model that is not loaded loads it
          --tabby               GET /v1/model; POST /v1/model/load (a stream of events), /v1/model/unload, both with the
                                header x-admin-key if there is a key; one model at a time; an unload cuts what runs
          --speaks PATH,PATH    POSTs there are refused as invalid, or do what their "fake:" words say (raw=…); with
                                /api/version, GET of it tells one
          --trouble STATUS      instead of 422, for those POSTs
          --tokenizer T,C       POST /apply-template, and /tokenize: T tokens for a text, C for a chat
          --models A,B          the models there are (default: any)
          --admin-key KEY       default: none
          --load-delay MS       take that long to load
          --load-fails NAME     the load of that model fails
          --loaded NAME         that model is loaded from the start
          --unload-lies         an unload is answered 200 and nothing is unloaded
          GET /__loads          {"loaded":[…],"loads":{name: n},"reloads":n,"cut":n,"most":n,"shown":n}

        Life and death
          --hold MB             hold (and touch) that much anonymous memory
          --fork-worker         a child in the same group serves the port, ignores SIGTERM and outlives this process
          --escape              a detached grandchild in a session of its own idles for ever
          --ignore-term         ignore SIGTERM
          --stop-delay MS       take that long to obey SIGTERM
          --no-sleep            answer POST /sleep 404; else POST /sleep, /wake_up and GET /is_sleeping are as vLLM's
          --idle                serve nothing, live for ever (needs no port)

          --mute-after N        after that many answers its generator is dead: requests hang, everything else answers
          --one-slot            work on one request at a time; the others wait

        Faults of requests: "key=value key" words, for every request by --fault "WORDS", for one request by a JSON
        string anywhere in its body that starts with "fake:", for example {"user": "fake: chunks=9 crash=3 code=7"}
          chunks=N delay=MS     stream that many chunks, that far apart (default 3, 0)
          first=MS              send nothing for that time
          burn=MS               with --one-slot: use a processor for that time first, and send nothing
          hang                  accept the request and never answer
          stall=N               stream N chunks, then send nothing for ever
          close=N               stream N chunks, then cut the connection
          crash=N code=C        stream N chunks, then exit with that code (default 1); without stream: N is 0
          kill                  with crash: end by SIGKILL instead of an exit code
          status=N              answer an OpenAI-shaped JSON error with that status
          raw=BASE64            answer these bytes, status line, headers and all
          size=BYTES            pad the content of the answer to that many bytes
          gzip                  compress a non-streaming answer, with Content-Encoding
          echo                  put the exact request in the answer's "request" (method, target, headers, body_length,
                                body_sha256, body_base64)

        Routes: GET /health, GET /v1/models, POST /v1/chat/completions, /v1/completions, /v1/embeddings;
          POST /__shutdown ends it with code 0;
          GET /__state (pid, served, in_flight, peak, aborted, arguments, cwd), GET /__requests (the last 100, as echo).
          An answer streams when the body holds "stream":true. A client that leaves counts as aborted.
        """;

    public int Port { get; private set; }

    public string Id { get; private set; } = "fake";

    public string Cookie { get; private set; } = "";

    public List<string> Print { get; } = [];

    public int NoiseMegabytes { get; private set; }

    public int? ExitAtStart { get; private set; }

    public int StartDelay { get; private set; }

    public int ReadyDelay { get; private set; }

    public int Early { get; private set; }

    public bool Ollama { get; private set; }

    public bool Tabby { get; private set; }

    public string[] Models { get; private set; } = [];

    /// <summary>Tokens of every text, and of every chat.</summary>
    public int[] Tokenizer { get; private set; } = [];

    public int Trouble { get; private set; } = 422;

    public string[] Speaks { get; private set; } = [];

    public string AdminKey { get; private set; } = "";

    public int LoadDelay { get; private set; }

    public string LoadFails { get; private set; } = "";

    public string Loaded { get; private set; } = "";

    public bool UnloadLies { get; private set; }

    public bool NeverReady { get; private set; }

    public int HoldMegabytes { get; private set; }

    public bool ForkWorker { get; private set; }

    public bool Escape { get; private set; }

    public bool IgnoreTerm { get; private set; }

    public int StopDelay { get; private set; }

    public bool Idle { get; private set; }

    public int MuteAfter { get; private set; } = int.MaxValue;

    public bool OneSlot { get; private set; }

    public bool NoSleep { get; private set; }

    public string Fault { get; private set; } = "";

    /// <exception cref="ArgumentException">A flag is unknown or its value is missing.</exception>
    public static Flags Parse(string[] args)
    {
        var flags = new Flags();
        for (var i = 0; i < args.Length; i++)
        {
            string Value() => ++i < args.Length ? args[i] : throw new ArgumentException($"{args[i - 1]} needs a value");
            int Number() => int.Parse(Value(), CultureInfo.InvariantCulture);
            switch (args[i])
            {
                case "--port": flags.Port = Number(); break;
                case "--id": flags.Id = Value(); break;
                case "--path" or "--context-length": _ = Value(); break;
                case "--cookie": flags.Cookie = Value(); break;
                case "--print": flags.Print.Add(Value()); break;
                case "--print-env": flags.Print.Add(Variable(Value())); break;
                case "--noise": flags.NoiseMegabytes = Number(); break;
                case "--exit-at-start": flags.ExitAtStart = Number(); break;
                case "--start-delay": flags.StartDelay = Number(); break;
                case "--ready-delay": flags.ReadyDelay = Number(); break;
                case "--early": flags.Early = Number(); break;
                case "--ollama": flags.Ollama = true; break;
                case "--tabby": flags.Tabby = true; break;
                case "--models": flags.Models = Value().Split(','); break;
                case "--tokenizer": flags.Tokenizer = [.. Value().Split(',').Select(number => int.Parse(number, CultureInfo.InvariantCulture))]; break;
                case "--trouble": flags.Trouble = Number(); break;
                case "--speaks": flags.Speaks = Value().Split(','); break;
                case "--admin-key": flags.AdminKey = Value(); break;
                case "--load-delay": flags.LoadDelay = Number(); break;
                case "--load-fails": flags.LoadFails = Value(); break;
                case "--loaded": flags.Loaded = Value(); break;
                case "--unload-lies": flags.UnloadLies = true; break;
                case "--never-ready": flags.NeverReady = true; break;
                case "--hold": flags.HoldMegabytes = Number(); break;
                case "--fork-worker": flags.ForkWorker = true; break;
                case "--escape": flags.Escape = true; break;
                case "--ignore-term": flags.IgnoreTerm = true; break;
                case "--stop-delay": flags.StopDelay = Number(); break;
                case "--mute-after": flags.MuteAfter = Number(); break;
                case "--one-slot": flags.OneSlot = true; break;
                case "--idle": flags.Idle = true; break;
                case "--no-sleep": flags.NoSleep = true; break;
                case "--fault": flags.Fault = Value(); break;
                default: throw new ArgumentException($"unknown flag {args[i]}; see --help");
            }
        }

        return flags.Port > 0 || flags.Idle || flags.ExitAtStart is not null ? flags : throw new ArgumentException("--port is needed; see --help");
    }

    private static string Variable(string name) => $"{name}={Environment.GetEnvironmentVariable(name) ?? "(not set)"}";
}
