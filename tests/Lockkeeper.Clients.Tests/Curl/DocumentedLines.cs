namespace Lockkeeper.Clients.Tests.Curl;

/// <summary>The curl lines in the documentation of the projects that Lockkeeper succeeds, as they stand there. Only the port is another when they are run.</summary>
internal static class DocumentedLines
{
    /// <summary>sluice.</summary>
    public const string Query = """
        curl -X POST localhost:5590/v1/query \
        -H 'Content-Type: application/json' \
        -d '{"model":"fast","prompt":"What is 2+2?"}'
        """;

    /// <summary>slm_server.</summary>
    public const string Embeddings = """
        curl -s http://localhost:8000/v1/embeddings \
        -H "Content-Type: application/json" \
        -d '{"model":"Qwen/Qwen3-Embedding-0.6B","input":"test"}' | jq
        """;

    public const string BackendsHealth = "curl http://localhost:8000/v1/backends/health | jq";

    /// <summary>mlx-router, from here on.</summary>
    public const string Health = "curl -s http://localhost:8800/health | jq";

    public const string DetailedHealth = "curl -s http://localhost:8800/v1/health | jq";

    public const string Models = "curl -s http://localhost:8800/v1/models | jq";

    public const string Chat = """
        curl -s -X POST http://localhost:8800/v1/chat/completions \
        -H "Content-Type: application/json" \
        -d '{
        "model": "mlx-community/gpt-oss-120b-MXFP4-Q8",
        "messages": [
        {"role": "user", "content": "Hello, how are you?"}
        ],
        "temperature": 0.7,
        "stream": false,
        "max_tokens": 1024
        }' | jq -r '.choices[0].message.content'
        """;

    /// <summary>Asks for no stream, and means to get one: its configuration has <c>stream: true</c>.</summary>
    public const string StreamByDefault = """
        curl -s -X POST http://localhost:8800/v1/chat/completions \
        -H "Content-Type: application/json" \
        -d '{
        "model": "mlx-community/Llama-3.3-70B-Instruct-4bit",
        "messages": [
        {"role": "user", "content": "Write a short poem about technology"}
        ]
        }'
        """;

    public const string Stream = """
        curl -sN -X POST http://localhost:8800/v1/chat/completions \
        -H "Content-Type: application/json" \
        -d '{
        "model": "mlx-community/Llama-3.3-70B-Instruct-4bit",
        "messages": [{"role": "user", "content": "Write a short poem about technology"}],
        "stream": true
        }' | sed -n 's/^data: //p' | grep -v '^\[DONE\]' | jq -rj '.choices[0].delta.content // empty' && echo
        """;

    public const string Tools = """
        curl -s -X POST http://localhost:8800/v1/chat/completions \
        -H "Content-Type: application/json" \
        -d '{
        "model": "mlx-community/Llama-3.3-70B-Instruct-4bit",
        "messages": [
        {"role": "user", "content": "What is the weather like in San Francisco?"}
        ],
        "tools": [
        {
        "type": "function",
        "function": {
        "name": "get_weather",
        "description": "Get current weather information for a location",
        "parameters": {
        "type": "object",
        "properties": {
        "location": {
        "type": "string",
        "description": "The city and state, e.g. San Francisco, CA"
        },
        "units": {
        "type": "string",
        "enum": ["celsius", "fahrenheit"],
        "description": "Temperature units"
        }
        },
        "required": ["location"]
        }
        }
        }
        ],
        "max_tokens": 150
        }' | jq
        """;

    public const string Image = """
        IMAGE_BASE64=$(base64 -i /path/to/image.png)
        curl -s -X POST http://localhost:8800/v1/chat/completions \
        -H "Content-Type: application/json" \
        -d '{
        "model": "mlx-community/chandra-8bit",
        "messages": [
        {
        "role": "user",
        "content": [
        {
        "type": "image_url",
        "image_url": {
        "url": "data:image/png;base64,'"$IMAGE_BASE64"'"
        }
        },
        {
        "type": "text",
        "text": "OCR this image and extract all text"
        }
        ]
        }
        ],
        "max_tokens": 2048,
        "stream": false
        }' | jq -r '.choices[0].message.content'
        """;

    public const string Pdf = """
        PDF_BASE64=$(base64 -i /path/to/document.pdf)
        curl -s -X POST http://localhost:8800/v1/chat/completions \
        -H "Content-Type: application/json" \
        -d '{
        "model": "mlx-community/chandra-8bit",
        "messages": [
        {
        "role": "user",
        "content": [
        {
        "type": "image_url",
        "image_url": {
        "url": "data:application/pdf;base64,'"$PDF_BASE64"'"
        }
        },
        {
        "type": "text",
        "text": "OCR this document"
        }
        ]
        }
        ],
        "max_tokens": 4096,
        "stream": false
        }' | jq -r '.choices[0].message.content'
        """;

    public const string Discovered = """
        curl -s -X POST http://localhost:8800/v1/chat/completions \
        -H "Content-Type: application/json" \
        -d '{
        "model": "your-discovered-model-id",
        "messages": [{"role": "user", "content": "What existed first: the chicken or the egg?"}],
        "stream": false,
        "max_tokens": 1024
        }' | jq -r '.choices[0].message.content'
        """;

    public const string Llama = """
        curl -s -X POST http://localhost:8800/v1/chat/completions \
          -H "Content-Type: application/json" \
          -d '{
            "model": "mlx-community/Llama-3.2-3B-Instruct-4bit",
            "messages": [
              {"role": "user", "content": "Hello, how are you?"}
            ],
            "temperature": 0.7,
            "max_tokens": 1000
          }' | jq
        """;

    public const string ShortLlama = """
        curl -s -X POST http://localhost:8800/v1/chat/completions \
          -H "Content-Type: application/json" \
          -d '{
            "model": "mlx-community/Llama-3.2-3B-Instruct-4bit",
            "messages": [{"role": "user", "content": "Hello!"}],
            "max_tokens": 50
          }' | jq
        """;
}
