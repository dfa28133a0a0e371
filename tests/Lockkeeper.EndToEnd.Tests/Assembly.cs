using Xunit;

// Each story starts a router and its engines and watches the clock: side by side they would measure each other.
[assembly: CollectionBehavior(DisableTestParallelization = true)]
