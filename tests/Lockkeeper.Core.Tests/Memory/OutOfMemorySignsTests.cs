using Lockkeeper.Core.Memory;
using Shouldly;
using Xunit;

namespace Lockkeeper.Core.Tests.Memory;

public sealed class OutOfMemorySignsTests
{
    [Theory]
    [InlineData("ggml_backend_cuda_buffer_type_alloc_buffer: allocating 8192.00 MiB on device 0: cudaMalloc failed: out of memory")]
    [InlineData("alloc_tensor_range: failed to allocate CUDA0 buffer of size 8589934592")]
    [InlineData("llama_model_load: error loading model: unable to allocate CUDA0 buffer")]
    [InlineData("ggml_gallocr_reserve_n: failed to allocate ROCm0 buffer of size 2147483648")]
    [InlineData("llama_init_from_model: failed to initialize the context: failed to allocate buffer for kv cache")]
    [InlineData("CUDA error: out of memory")]
    [InlineData("RuntimeError: HIP error: out of memory")]
    [InlineData("hipErrorOutOfMemory")]
    [InlineData("ggml_vulkan: Device memory allocation of size 1073741824 failed.")]
    [InlineData("ggml_vulkan: vk::Device::allocateMemory: ErrorOutOfDeviceMemory")]
    [InlineData("ggml_metal_synchronize: error: command buffer 0 failed with status 5: Insufficient Memory (00000008:kIOGPUCommandBufferCallbackErrorOutOfMemory)")]
    [InlineData("torch.OutOfMemoryError: CUDA out of memory. Tried to allocate 2.00 GiB. GPU 0 has a total capacity of 23.64 GiB of which 1.10 GiB is free. "
        + "If reserved but unallocated memory is large try setting PYTORCH_CUDA_ALLOC_CONF=expandable_segments:True to avoid fragmentation.")]
    [InlineData("ValueError: Free memory on device (2.11/23.64 GiB) on startup is less than desired GPU memory utilization (0.9, 21.27 GiB).")]
    [InlineData("ValueError: No available memory for the cache blocks. Try increasing `gpu_memory_utilization` when initializing the engine.")]
    [InlineData("terminate called after throwing an instance of 'std::bad_alloc'")]
    [InlineData("MemoryError")]
    [InlineData("numpy._core._exceptions._ArrayMemoryError: Unable to allocate 14.0 GiB for an array with shape (1879048192,) and data type float64")]
    [InlineData("error: mmap failed: Cannot allocate memory")]
    [InlineData("memory allocation of 4294967296 bytes failed")]
    public void An_engine_that_ran_out_of_memory_says_so(string line) => OutOfMemorySigns.In(["loading", line, "exiting"]).ShouldBeTrue();

    [Theory]
    [InlineData("INFO: limiting the context to 8192 tokens to avoid out of memory errors")]
    [InlineData("If you run out of memory, lower --gpu-memory-utilization or --max-model-len")]
    [InlineData("warning: a large batch may fail with CUDA out of memory")]
    [InlineData("warning: failed to mlock 4294967296-byte buffer (after previously locking 0 bytes): Cannot allocate memory")]
    [InlineData("error: failed to allocate a port")]
    [InlineData("failed to allocate a pseudo terminal")]
    [InlineData("llama_kv_cache: CUDA0 KV buffer size = 1024.00 MiB")]
    [InlineData("load_tensors: CPU model buffer size = 8192.00 MiB")]
    [InlineData("ggml_vulkan: Device memory allocation of size 1073741824 succeeded")]
    [InlineData("available memory: 23.1 GiB")]
    [InlineData("error: model file is truncated")]
    [InlineData("srv  log_server_r: request: POST /v1/chat/completions 500")]
    [InlineData("")]
    public void What_only_speaks_of_memory_is_no_sign(string line) => OutOfMemorySigns.In([line]).ShouldBeFalse();

    [Fact]
    public void An_engine_that_said_nothing_gave_no_sign() => OutOfMemorySigns.In([]).ShouldBeFalse();

    [Theory]
    [InlineData(137, 3L, 4L, 50L, true)]
    [InlineData(137, 3L, 3L, 50L, false)]
    [InlineData(137, null, null, 50L, false)]
    [InlineData(137, null, null, 1L, true)]
    [InlineData(137, null, null, null, false)]
    [InlineData(139, 3L, 4L, 1L, false)]
    [InlineData(null, 3L, 4L, 1L, false)]
    public void A_kill_is_for_memory_when_the_system_counts_one_or_none_was_left(int? exitCode, long? before, long? after, long? available, bool isSign) =>
        OutOfMemorySigns.InKill(exitCode, before, after, total: 100, available).ShouldBe(isSign);
}
