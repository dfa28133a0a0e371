using Lockkeeper.Clients.Tests;
using Xunit;

// All clients share one router, and which model it holds is part of what they show.
[assembly: CollectionBehavior(DisableTestParallelization = true)]
[assembly: AssemblyFixture(typeof(ClientRun))]
