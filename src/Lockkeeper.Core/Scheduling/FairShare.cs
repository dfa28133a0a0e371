using System.Collections.Frozen;

namespace Lockkeeper.Core.Scheduling;

/// <summary>
/// How many engine-seconds each API key has used, divided by its weight. Who has used least goes first within a priority and model. A key that was away starts level with
/// the others: what it did not use is gone, or it could shut them out for hours.
/// </summary>
internal sealed class FairShare
{
    private readonly Dictionary<string, Account> _accounts = new(StringComparer.Ordinal);
    private double _level;

    public FrozenDictionary<string, double> Weights { get; set; } = FrozenDictionary<string, double>.Empty;

    /// <summary>A ticket of the key has come.</summary>
    public void Arrived(string key)
    {
        var account = Of(key);
        if (account.Present++ == 0)
        {
            account.Used = Math.Max(account.Used, _level);
        }
    }

    /// <summary>A ticket of the key is gone, served or not.</summary>
    public void Left(string key) => Of(key).Present--;

    public void Granted(string key, TimeSpan now)
    {
        var account = Of(key);
        _level = Math.Max(_level, Used(key, now));
        account.Running++;
        account.GrantedAt += now.TotalSeconds;
    }

    public void Released(string key, TimeSpan granted, TimeSpan now)
    {
        var account = Of(key);
        account.Running--;
        account.GrantedAt -= granted.TotalSeconds;
        account.Used += (now - granted).TotalSeconds / WeightOf(key);
    }

    /// <summary>Of these the one whose key has used least, then the one with fewest running, then the first come.</summary>
    public WaitingTicket? Next(IEnumerable<WaitingTicket> heads, TimeSpan now) => heads
        .OrderBy(head => Used(head.Ticket.Key, now))
        .ThenBy(head => Of(head.Ticket.Key).Running / WeightOf(head.Ticket.Key))
        .ThenBy(head => head.Ticket.Id)
        .FirstOrDefault();

    /// <summary>What runs counts as it goes, or a key could take every slot before the first of its requests ends.</summary>
    private double Used(string key, TimeSpan now)
    {
        var account = Of(key);
        return account.Used + (((account.Running * now.TotalSeconds) - account.GrantedAt) / WeightOf(key));
    }

    private double WeightOf(string key) => Weights.GetValueOrDefault(key, 1);

    private Account Of(string key)
    {
        if (!_accounts.TryGetValue(key, out var account))
        {
            _accounts.Add(key, account = new Account());
        }

        return account;
    }

    private sealed class Account
    {
        public double Used { get; set; }

        /// <summary>Tickets that wait or run.</summary>
        public int Present { get; set; }

        public int Running { get; set; }

        /// <summary>Sum of the times at which those that run were granted, in seconds.</summary>
        public double GrantedAt { get; set; }
    }
}
