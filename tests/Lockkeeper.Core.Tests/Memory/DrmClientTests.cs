using Lockkeeper.Core.Memory;
using Shouldly;
using Xunit;

namespace Lockkeeper.Core.Tests.Memory;

public sealed class DrmClientTests
{
    [Fact]
    public void A_descriptor_of_an_amd_gpu_tells_the_memory_behind_it()
    {
        var text = "pos:\t0\nflags:\t02100002\nmnt_id:\t26\nino:\t1195\ndrm-driver:\tamdgpu\ndrm-client-id:\t21\ndrm-pdev:\t0000:c1:00.0\npasid:\t32770\n"u8;
        DrmClient.Parse([.. text, .. "drm-memory-vram:\t5632 KiB\ndrm-memory-gtt: \t2064 KiB\ndrm-memory-cpu: \t0 KiB\ndrm-engine-gfx:\t1045 ns\n"u8])
            .ShouldBe(new DrmClient("0000:c1:00.0", 21, 5632L * 1024, 2064L * 1024));
        DrmClient.Parse([.. text, .. "drm-total-vram:\t6 MiB\ndrm-resident-vram:\t5 MiB\ndrm-total-gtt:\t4096\n"u8])
            .ShouldBe(new DrmClient("0000:c1:00.0", 21, 5L * 1024 * 1024, 4096));
        DrmClient.Parse([.. text, .. "drm-total-vram:\t6 MiB\n"u8]).ShouldBe(new DrmClient("0000:c1:00.0", 21, 6L * 1024 * 1024, 0));
    }

    [Fact]
    public void Any_other_descriptor_tells_nothing()
    {
        DrmClient.Parse("pos:\t0\nflags:\t0100002\nmnt_id:\t15\nino:\t3\n"u8).ShouldBeNull();
        DrmClient.Parse("drm-driver:\ti915\ndrm-client-id:\t7\ndrm-total-vram0:\t5632 KiB\n"u8).ShouldBeNull();
        DrmClient.Parse("drm-driver:\tamdgpu\ndrm-memory-vram:\t5632 KiB\n"u8).ShouldBeNull();
        DrmClient.Parse(default).ShouldBeNull();
    }
}
