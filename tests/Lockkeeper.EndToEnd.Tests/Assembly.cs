using Xunit;

// Each story starts a router and its engines and watches the clock: side by side they would measure each other. Only those that let most of their time pass by waiting have lanes of their own.
[assembly: CollectionBehavior(CollectionBehavior.CollectionPerAssembly, MaxParallelThreads = 3)]
