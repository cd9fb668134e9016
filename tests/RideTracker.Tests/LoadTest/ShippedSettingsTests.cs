using RideTracker.LoadTest.Processes;

namespace RideTracker.Tests.LoadTest;

public sealed class ShippedSettingsTests
{
    [Fact]
    public void Settings_OfTheRepositorysOwnFiles_AreRead()
    {
        var shipped = ShippedSettings.Read(Repository.Root);
        Assert.Equal(["publish", "services/RideTracker.Tracking", "-c", "Release"], shipped.PublishArguments.Take(4));
        Assert.DoesNotContain("-o", shipped.PublishArguments);
        Assert.Equal("redis:6379", shipped.Environment["Hub__Redis"]);
    }

    [Fact]
    public void Variables_OfTheStageAndThoseBelowIt_AndOfCompose_Count()
    {
        var shipped = ShippedSettings.Parse(
            """
            FROM sdk AS build
            ENV NOT_THIS=1
            RUN dotnet restore && dotnet publish services/RideTracker.Tracking -c Release --no-restore -o /app -p:X=1
            FROM aspnet AS runtime
            ENV A=1 B="2 and 3"
            # ENV C=4
            ENV D=5 \
                E=6
            FROM runtime AS demo
            ENV F=7
            FROM runtime AS tracking
            ENV A=8
            """,
            """
            x-tracking: &tracking
              image: x
              environment:
                Hub__Redis: redis:6379
                # A comment.
                Hub__History: "${RIDETRACKER_HISTORY:-off}"
              volumes: ["keys:/keys"]
            services:
              demo:
                environment:
                  G: 9
            """);
        Assert.Equal(["publish", "services/RideTracker.Tracking", "-c", "Release", "-p:X=1"], shipped.PublishArguments);
        Assert.Equal(
            ["A=8", "B=2 and 3", "D=5", "E=6", "Hub__History=off", "Hub__Redis=redis:6379"],
            shipped.Environment.Select(pair => $"{pair.Key}={pair.Value}").Order(StringComparer.Ordinal));
    }
}
