namespace RideTracker.Protocol; internal static class Placeholder;
