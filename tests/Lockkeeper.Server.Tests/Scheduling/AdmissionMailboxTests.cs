using Lockkeeper.Core.Scheduling;
using Lockkeeper.Server.Scheduling;
using Shouldly;
using Xunit;

namespace Lockkeeper.Server.Tests.Scheduling;

public sealed class AdmissionMailboxTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    [Fact]
    public void A_letter_to_an_idle_loop_is_handled_before_post_returns()
    {
        var handled = new List<long>();
        var mailbox = new AdmissionMailbox();
        mailbox.Open(letter => handled.Add(Number(letter)));
        mailbox.Post(Letter(1));
        handled.ShouldBe([1L]);
    }

    [Fact]
    public void What_was_posted_before_the_loop_was_opened_is_handled_first()
    {
        var handled = new List<long>();
        var mailbox = new AdmissionMailbox();
        mailbox.Post(Letter(1));
        mailbox.Post(Letter(2));
        mailbox.Open(letter => handled.Add(Number(letter)));
        mailbox.Post(Letter(3));
        handled.ShouldBe([1L, 2L, 3L]);
    }

    [Fact]
    public void A_mailbox_has_one_owner()
    {
        var mailbox = new AdmissionMailbox();
        mailbox.Open(_ => { });
        Should.Throw<InvalidOperationException>(() => mailbox.Open(_ => { }));
    }

    [Fact]
    public void A_letter_posted_while_one_is_handled_waits_until_that_is_done()
    {
        var steps = new List<string>();
        var mailbox = new AdmissionMailbox();
        mailbox.Open(letter =>
        {
            var number = Number(letter);
            steps.Add($"{number} begins");
            if (number == 1)
            {
                mailbox.Post(Letter(2));
            }

            steps.Add($"{number} ends");
        });
        mailbox.Post(Letter(1));
        steps.ShouldBe(["1 begins", "1 ends", "2 begins", "2 ends"]);
    }

    [Fact]
    public async Task A_poster_does_not_work_for_all_others_for_ever()
    {
        const int Chain = 10 * AdmissionMailbox.Burst;
        var byPoster = 0;
        var poster = 0;
        var done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var mailbox = new AdmissionMailbox();
        mailbox.Open(letter =>
        {
            byPoster += Environment.CurrentManagedThreadId == poster ? 1 : 0;
            if (Number(letter) == Chain)
            {
                done.SetResult();
            }
            else
            {
                mailbox.Post(Letter(Number(letter) + 1));
            }
        });
        var thread = new Thread(() =>
        {
            poster = Environment.CurrentManagedThreadId;
            mailbox.Post(Letter(1));
        });
        thread.Start();
        thread.Join();
        await done.Task.WaitAsync(Patience);
        byPoster.ShouldBe(AdmissionMailbox.Burst);
    }

    [Fact]
    public async Task Many_posters_never_run_the_loop_twice_and_each_keeps_its_order()
    {
        const int Posters = 4;
        const int Letters = 100_000;
        using var together = new Barrier(Posters);
        var inside = 0;
        var overlaps = 0;
        var handled = 0;
        var last = new long[Posters];
        var outOfOrder = 0;
        var done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var mailbox = new AdmissionMailbox();
        mailbox.Open(letter =>
        {
            overlaps += Interlocked.Increment(ref inside) == 1 ? 0 : 1;
            var (poster, number) = Math.DivRem(Number(letter), Letters);
            outOfOrder += last[poster] <= number ? 0 : 1;
            last[poster] = number;
            Interlocked.Decrement(ref inside);
            if (++handled == Posters * Letters)
            {
                done.SetResult();
            }
        });
        var threads = Enumerable.Range(0, Posters).Select(poster => new Thread(() =>
        {
            together.SignalAndWait(Patience);
            for (long number = 0; number < Letters; number++)
            {
                mailbox.Post(Letter((poster * (long)Letters) + number));
            }
        })).ToList();
        threads.ForEach(thread => thread.Start());
        threads.ForEach(thread => thread.Join());

        await done.Task.WaitAsync(Patience);
        (overlaps, outOfOrder).ShouldBe((0, 0));
    }

    private static AdmissionMessage.Happened Letter(long number) => new(new SchedulerEvent.Cancelled(number));

    private static long Number(AdmissionMessage letter) => ((SchedulerEvent.Cancelled)((AdmissionMessage.Happened)letter).Event).TicketId;
}
