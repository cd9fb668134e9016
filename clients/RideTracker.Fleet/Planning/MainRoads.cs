namespace RideTracker.Fleet.Planning;

/// <summary>Where the roads run that everything else is laid out between.</summary>
internal static class MainRoads
{
    public static double GrandY(double x) => -120 + (110 * Curves.Wave((x + 600) / 4400));

    public static double NorthY(double x) => 650 + (80 * Curves.Wave((x / 3600) + 0.3));

    public static double HarbourY(double x) => -1440 + (50 * Curves.Wave(x / 2900));

    public static double MotorwayY(double x) => -880 + (90 * Curves.Wave((x / 5200) + 0.1));

    public static double WesternX(double y) => -1380 + (110 * Curves.Wave(y / 3100));

    public static double EasternX(double y) => 1330 + (90 * Curves.Wave((y / 2700) + 0.4));

    public static double StationX(double y) => -720 + (70 * Curves.Wave((y / 2300) + 0.2));

    public static double CollegeX(double y) => 850 + (60 * Curves.Wave((y / 2500) + 0.7));
}
