using Lockkeeper.Server.Engines.Presets;
using Shouldly;
using Xunit;

namespace Lockkeeper.Server.Tests.Engines.Presets;

public sealed class PresetPageTests
{
    [Fact]
    public void A_page_shows_all_that_a_preset_says() => PresetPage.Of(EnginePresets.Read("a.yaml", """
        name: a
        description: For show.
        engine:
          command: [run, "{port}"]
          env: { HOST: here }
          request_model: "{path}"
          ready: { path: /up, json: state == well, contains_model: true, completion: true }
          stop: { signal: SIGINT, path: /bye }
          load: { path: /load, body: { model: "{id}", n: 1 } }
          list: { path: /list, loaded: state == loaded, instance: instance_id }
          control_headers: { X-Admin: "env:ADMIN" }
          health_lies: true
          capabilities: [chat, image_edit]
          dialects: [openai, ollama]
          max_concurrency: 4
          start_timeout: 90s
        arguments:
          - args: [--ctx, "{context_length}"]
          - when: { type: [chat, rerank], can: [vision], cannot: [tools], is: { fit: "on" }, is_not: { temp: "1" }, lacks: [threads], sleep: true }
            args: [--all]
            env: { DEV: 1 }
        fallback: { preset: b, without: this and that }
        loads: [gguf, hub]
        traps: [One., Two.]
        sources: [docs/a.md]
        verified: ran
        """, ["self"])).ShouldBe("""
        a: For show.

        life cycle     process
        loads          gguf, hub
        can            chat, image_edit
        speaks         openai, ollama
        command        run {port}
                         --ctx {context_length}
                         --all DEV=1   [chat or rerank, can vision, cannot tools, fit is on, temp is not 1, no threads, sleep]
        environment    HOST=here
        asked for      {path}
        ready          GET /up is 2xx, and says state == well, and names the model, and a token comes
        controlled by  load    POST /load {"model":"{id}","n":1}
                       list    GET /list: data[].id, loaded where state == loaded, instance instance_id
                       header  X-Admin: env:ADMIN
        start          at most 1m30s
        stop           POST /bye, then SIGINT to its group, SIGKILL after 30s
        concurrency    4
        health         may look well while it is dead; it is asked for a token now and then
        fallback       while its program is not on PATH, b serves, without this and that
        traps          * One.
                       * Two.
        sources        * docs/a.md
        verified by    running it

        """);
}
