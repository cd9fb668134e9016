using System.Globalization;
using Npgsql;
using RideTracker.LoadTest.Formats;
using RideTracker.LoadTest.Generator;
using RideTracker.Protocol.Fixes;

namespace RideTracker.LoadTest.Records;

/// <summary>One run: reports at a steady rate, whatever Records does; each second a look at how far it is behind; at the end every accepted fix must be a row.</summary>
internal sealed class RecordsRun(RecordsTarget target, RecordsSettings settings, Action<string> print)
{
    private const int TicksPerSecond = 20;
    private const int MostReports = 2_000;
    private const long LateMs = 10_000;
    private const int PrintEverySeconds = 10;

    private readonly FencedCity? _city = settings.Fences == 0 ? null : new FencedCity(settings.Fences);
    private readonly List<(double Second, long Backlog)> _backlogs = [];
    private long _accepted;
    private long _next;
    private long _repeated;

    public async Task<RecordsResult> RunAsync(CancellationToken cancellationToken)
    {
        using var feed = new AcceptFeed(target.RedisPort, settings.Drivers, Place);
        var fences = _city is null ? null : new FenceLayer(target, _city);
        if (fences is not null)
        {
            print(string.Create(CultureInfo.InvariantCulture, $"making {settings.Fences:#,0} geofences"));
            await fences.LayAsync(cancellationToken);
        }

        var isInterrupted = false;
        var perTick = settings.FixesPerSecond / TicksPerSecond;
        var warmTicks = (int)(settings.WarmUp.TotalSeconds * TicksPerSecond);
        var ticks = warmTicks + (int)(settings.Measured.TotalSeconds * TicksPerSecond);
        var begin = Clock.Ns;
        Mark? from = null, last = null;
        try
        {
            for (var tick = 0; tick < ticks; tick++)
            {
                var due = begin + tick * (Clock.Second / TicksPerSecond);
                if (due - Clock.Ns is > 0 and var wait) await Task.Delay(TimeSpan.FromTicks(wait / 100), cancellationToken);
                cancellationToken.ThrowIfCancellationRequested();
                Feed(feed, perTick);
                if (tick % TicksPerSecond != 0) continue;
                if (!target.IsAlive) throw new LoadTestException(ExitCodes.Missed, $"Records ended:\n{target.LastLines}");
                var mark = await MarkAsync(feed, cancellationToken);
                if (tick >= warmTicks)
                {
                    from ??= mark;
                    _backlogs.Add(((mark.Ns - from.Ns) / (double)Clock.Second, mark.Backlog));
                }

                last ??= mark;
                if ((mark.Ns - last.Ns) / (double)Clock.Second < PrintEverySeconds - 0.5) continue;
                print(mark.Since(last, (mark.Ns - begin) / (double)Clock.Second, tick < warmTicks));
                last = mark;
            }
        }
        catch (OperationCanceledException)
        {
            isInterrupted = true;
        }

        var until = await MarkAsync(feed, CancellationToken.None);
        var drained = await DrainAsync(feed);
        return new RecordsResult
        {
            Seconds = from is null ? 0 : (until.Ns - from.Ns) / (double)Clock.Second,
            Accepted = _accepted,
            AcceptedPerSecond = from is null ? 0 : until.PerSecond(from, mark => mark.Accepted),
            RowsPerSecond = from is null ? 0 : until.PerSecond(from, mark => mark.Written),
            Rows = await RowsAsync(),
            Repeated = _repeated,
            BacklogSlope = Slope(_backlogs),
            MostBacklog = _backlogs.Count == 0 ? 0 : _backlogs.Max(sample => sample.Backlog),
            Cpu = from is null ? new Dictionary<string, double>() : until.Cpu.ToDictionary(pair => pair.Key, pair => (pair.Value - from.Cpu[pair.Key]) * Clock.Second / (until.Ns - from.Ns)),
            CpuPerFix = from is null || until.Written == from.Written ? new Dictionary<string, double>() : until.Cpu.ToDictionary(pair => pair.Key, pair => (pair.Value - from.Cpu[pair.Key]) * 1e6 / (until.Written - from.Written)),
            Fences = fences is null ? null : await fences.CountAsync(from is null || until.Written == from.Written ? 0 : (until.Crossings - from.Crossings) * 1e3 / (until.Written - from.Written)),
            DrainSeconds = drained,
            AskedFixesPerSecond = settings.FixesPerSecond,
            IsInterrupted = isInterrupted,
        };
    }

    // Late fixes come as after a tunnel: ten of a driver in one report, from ten seconds and more ago; so such a report is due for every tenth late fix.
    private void Feed(AcceptFeed feed, int count)
    {
        var reports = new (int, DriverFix, int)[Math.Min(count, MostReports)];
        for (var done = 0; done < count;)
        {
            var now = Clock.UnixMs(Clock.Ns);
            int size = 0, fixes = 0;
            while (size < reports.Length && done + fixes < count)
            {
                var number = _next++;
                var driver = (int)(number % settings.Drivers);
                // So many reports of ten make the percentage among all fixes. Late times are odd, so that none is twice.
                var isLate = number / settings.Drivers > LateMs / 1_000 && Hash(number) % 10_000 * (1_000 - 9 * settings.LatePercent) < 10_000 * settings.LatePercent;
                var time = isLate ? ((now - LateMs) / 10 * 10) + 5 : now / 10 * 10;
                var (lat, lng) = Place(driver, time);
                var fix = new DriverFix(time, lat, lng) { AccuracyMeters = 5, SpeedMps = 11, HeadingDegrees = 0 };
                reports[size++] = (driver, fix, isLate ? AcceptFeed.MostFixes : 1);
                fixes += isLate ? AcceptFeed.MostFixes : 1;
            }

            _accepted += feed.Report(reports.AsSpan(0, size));
            if (Hash(_next) % 100 < settings.TwicePercent)
            {
                feed.RepeatNewest();
                _repeated += fixes;
            }

            done += fixes;
        }
    }

    private (double Lat, double Lng) Place(int driver, long timeMs) =>
        _city?.Place(driver, timeMs) ?? (FixWalk.Latitude(driver, timeMs) / 1e7, FixWalk.Longitude(driver) / 1e7);

    private static long Hash(long number) => (long)((ulong)(number + 1) * 0x9E3779B97F4A7C15UL >> 40);

    private async Task<Mark> MarkAsync(AcceptFeed feed, CancellationToken cancellationToken)
    {
        var written = await target.WrittenAsync(cancellationToken);
        var crossings = _city is null ? 0 : await target.MetricAsync("ridetracker_geofences_crossings_total", cancellationToken);
        return new Mark(Clock.Ns, _accepted, written, crossings, feed.Waiting().Bytes, target.CpuSeconds());
    }

    private async Task<double?> DrainAsync(AcceptFeed feed)
    {
        var begin = Clock.Ns;
        while (feed.Waiting().Elements > 0)
        {
            if (Clock.Ns - begin > settings.Drain.Ticks * 100) return null;
            await Task.Delay(100);
        }

        return (Clock.Ns - begin) / (double)Clock.Second;
    }

    private async Task<long> RowsAsync()
    {
        await using var connection = new NpgsqlConnection(target.Database);
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand("SELECT count(*) FROM fixes", connection) { CommandTimeout = 300 };
        return (long)(await command.ExecuteScalarAsync())!;
    }

    /// <summary>Least squares: fixes a second by which the backlog grows.</summary>
    internal static double Slope(IReadOnlyList<(double Second, long Backlog)> samples)
    {
        if (samples.Count < 2) return 0;
        double meanX = samples.Average(sample => sample.Second), meanY = samples.Average(sample => (double)sample.Backlog);
        return samples.Sum(sample => (sample.Second - meanX) * (sample.Backlog - meanY)) / samples.Sum(sample => (sample.Second - meanX) * (sample.Second - meanX));
    }

    private sealed record Mark(long Ns, long Accepted, long Written, long Crossings, long QueueBytes, IReadOnlyDictionary<string, double> Cpu)
    {
        public long Backlog => Accepted - Written;

        public double PerSecond(Mark from, Func<Mark, long> what) => (what(this) - what(from)) * (double)Clock.Second / (Ns - from.Ns);

        public string Since(Mark from, double second, bool isWarmUp) => string.Create(
            CultureInfo.InvariantCulture,
            $"{second,5:0} s  accepted {PerSecond(from, mark => mark.Accepted),7:#,0}/s  rows {PerSecond(from, mark => mark.Written),7:#,0}/s  backlog {Backlog,8:#,0} fixes, {QueueBytes / 1e6,5:0.0} MB  CPU {string.Join(", ", Cpu.Select(pair => string.Create(CultureInfo.InvariantCulture, $"{pair.Key} {100 * (pair.Value - from.Cpu[pair.Key]) * Clock.Second / (Ns - from.Ns):0} %")))}{(isWarmUp ? "  (warm-up)" : "")}");
    }
}
