using Lockkeeper.LlamaCpp.Inference;

namespace Lockkeeper.LlamaCpp.Tests.Inference;

public sealed class CpuCoresTests
{
    [Fact]
    public void Siblings_are_one_core() => CpuCores.Count(["0,4\n", "1,5\n", "0,4\n", "1,5\n"]).ShouldBe(2);

    [Fact]
    public void A_machine_that_says_nothing_is_not_a_machine_without_cores() => CpuCores.Count([""]).ShouldBeNull();

    [Fact]
    public void It_is_never_more_than_the_process_may_use() => CpuCores.Available().ShouldBeInRange(1, Environment.ProcessorCount);

    [Fact]
    public void A_small_model_gets_one_thread_and_a_large_one_all()
    {
        CpuCores.For(1_000_000).ShouldBe(1);
        CpuCores.For(40UL * 1024 * 1024 * 1024).ShouldBe(CpuCores.Available());
    }
}
