using Lockkeeper.Core.Config;
using Lockkeeper.Server.Security;
using Shouldly;
using Xunit;

namespace Lockkeeper.Server.Tests.Security;

public sealed class RouteScopeTests
{
    [Theory]
    [InlineData("/health", null)]
    [InlineData("/Health/", null)]
    [InlineData("/health/secrets", Scope.Infer)]
    [InlineData("/v1/health", null)]
    [InlineData("/v1/healthy", Scope.Infer)]
    [InlineData("/v1/backends/health", Scope.Infer)]
    [InlineData("/admin", Scope.Admin)]
    [InlineData("/ADMIN/queue/7", Scope.Admin)]
    [InlineData("/status", Scope.Admin)]
    [InlineData("/metrics", Scope.Metrics)]
    [InlineData("/v1/models", Scope.Infer)]
    [InlineData("/api/tags", Scope.Infer)]
    [InlineData("/api/pull", Scope.Infer)]
    [InlineData("/api/delete", Scope.Admin)]
    [InlineData("/API/Blobs/sha256:00", Scope.Admin)]
    [InlineData("/api/created", Scope.Infer)]
    [InlineData("/administrator", Scope.Infer)]
    [InlineData("/", Scope.Infer)]
    [InlineData("", Scope.Infer)]
    public void A_route_needs_the_scope_of_its_part(string path, object? scope) => RouteScope.Of(path).ShouldBe((Scope?)scope);
}
