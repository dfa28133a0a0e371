using System.Net;
using System.Security.Cryptography;
using System.Text;
using Lockkeeper.Core.Config;
using Lockkeeper.Core.Models;
using Lockkeeper.Core.Wire;
using Lockkeeper.Server.Security;
using Lockkeeper.Testing;
using Microsoft.AspNetCore.Http;
using Shouldly;
using Xunit;

namespace Lockkeeper.Server.Tests.Security;

public sealed class KeyRingTests
{
    private const string Here = "127.0.0.1";
    private const string Elsewhere = "192.168.1.7";

    [Theory]
    [InlineData("Authorization", "Bearer laptop-secret", "laptop")]
    [InlineData("Authorization", "bearer  laptop-secret ", "laptop")]
    [InlineData("x-api-key", "laptop-secret", "laptop")]
    [InlineData("X-Api-Key", "batch-secret", "batch")]
    public void A_key_is_found_by_either_header(string header, string value, string name) => Identify(Ring(false, "laptop", "batch"), Here, (header, value)).Caller.ShouldNotBeNull().Key.ShouldBe(name);

    [Theory]
    [InlineData("Authorization", "Bearer laptop-secre")]
    [InlineData("Authorization", "Bearer laptop-secret2")]
    [InlineData("Authorization", "Bearer LAPTOP-SECRET")]
    [InlineData("x-api-key", "laptop")]
    public void Another_key_is_unknown_and_not_repeated(string header, string value)
    {
        var error = Identify(Ring(allowAnonymous: true, "laptop"), Here, (header, value)).Error.ShouldBeOfType<RouterError.KeyUnknown>();
        (error.Status, error.Code).ShouldBe((401, "invalid_api_key"));
        error.Message.ShouldNotContain(value.Split(' ')[^1]);
    }

    [Fact]
    public void A_key_of_any_length_is_looked_at() =>
        Identify(Ring(false, "laptop"), Here, ("x-api-key", new string('x', 30_000))).Error.ShouldBeOfType<RouterError.KeyUnknown>();

    [Theory]
    [InlineData("Authorization", "Basic laptop-secret")]
    [InlineData("Authorization", "Bearer ")]
    [InlineData("Authorization", "laptop-secret")]
    [InlineData("x-api-key", "")]
    [InlineData("X-Other", "laptop-secret")]
    public void No_key_is_no_key(string header, string value) => Identify(Ring(false, "laptop"), Here, (header, value)).Error.ShouldBeOfType<RouterError.KeyMissing>();

    [Fact]
    public void A_basic_authorization_hides_no_key_beside_it() =>
        Identify(Ring(false, "laptop"), Here, ("Authorization", "Basic eHg="), ("x-api-key", "laptop-secret")).Caller.ShouldNotBeNull().Key.ShouldBe("laptop");

    [Theory]
    [InlineData(Here, false, "Infer, Admin, Metrics")]
    [InlineData("::1", false, "Infer, Admin, Metrics")]
    [InlineData("::ffff:127.0.0.1", false, "Infer, Admin, Metrics")]
    [InlineData(Here, true, "Infer, Admin, Metrics")]
    [InlineData(Elsewhere, true, "Infer")]
    [InlineData(Elsewhere, false, "")]
    [InlineData(null, false, "")]
    public void Without_keys_this_machine_may_do_everything_and_others_what_is_said(string? from, bool allowAnonymous, string scopes) =>
        string.Join(", ", Identify(Ring(allowAnonymous), from, ("Authorization", "Bearer whatever")).Caller?.Scopes ?? []).ShouldBe(scopes);

    [Theory]
    [InlineData(Here)]
    [InlineData(Elsewhere)]
    public void With_keys_a_guest_may_only_ask_wherever_it_is(string from) => Identify(Ring(allowAnonymous: true, "laptop"), from).Caller.ShouldNotBeNull().Scopes.ShouldBe([Scope.Infer]);

    private static KeyRing Ring(bool allowAnonymous, params string[] names) => new(
        names.Select(name => new ApiKey(new ApiKeyConfig { Name = name, Key = default }, SHA256.HashData(Encoding.ASCII.GetBytes($"{name}-secret")))), allowAnonymous, ModelCatalog.Of([]), new ManualTime());

    private static (Caller? Caller, RouterError? Error) Identify(KeyRing ring, string? from, params (string Name, string Value)[] headers)
    {
        var http = new DefaultHttpContext();
        http.Connection.RemoteIpAddress = from is null ? null : IPAddress.Parse(from);
        foreach (var (name, value) in headers)
        {
            http.Request.Headers[name] = value;
        }

        ring.Identify(http).Holds(out var caller, out var error);
        (caller is null).ShouldBe(error is not null);
        return (caller, error);
    }
}
