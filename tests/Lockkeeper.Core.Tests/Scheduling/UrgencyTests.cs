using Lockkeeper.Core.Scheduling;
using Shouldly;
using Xunit;

namespace Lockkeeper.Core.Tests.Scheduling;

public sealed class UrgencyTests
{
    [Fact]
    public void Between_two_overdue_models_goes_at_most_one_of_a_better_priority()
    {
        var story = new SchedulerStory();
        story.IsResident("A");
        story.Arrives(1, "A");
        story.Arrives(2, "B");
        story.Seconds = 100;
        story.Arrives(3, "C", Priority.Critical);
        story.Arrives(4, "D", Priority.Critical);
        story.Released(1, "A#1");
        story.Stops("A#1").ShouldBe("start C#2", "critical goes before an overdue one");
        story.Ready("C#2");
        story.Released(3, "C#2");
        story.Stops("C#2").ShouldBe("start B#3", "but not twice in a row");
        story.Ready("B#3");
        story.Released(2, "B#3");
        story.Stops("B#3").ShouldBe("start D#4");
    }
}
