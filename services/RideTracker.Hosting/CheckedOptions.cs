using System.ComponentModel.DataAnnotations;
using System.Globalization;
using System.Reflection;
using Microsoft.Extensions.Options;

namespace RideTracker.Hosting;

/// <summary>Binds options to their section and checks them when the host starts: every error by its full path, with what would be right.</summary>
public static class CheckedOptions
{
    public static OptionsBuilder<T> AddCheckedOptions<T>(this IServiceCollection services, string section)
        where T : class
    {
        services.AddSingleton<IValidateOptions<T>>(new Validator<T>(section));
        return services.AddOptions<T>().Configure<IConfiguration>((_, configuration) => RefuseUnreadable<T>(configuration, section)).BindConfiguration(section).ValidateOnStart();
    }

    /// <summary>Options that are needed before the host is built; the defaults where they can't be read, which is then said at the start.</summary>
    public static T ReadOrDefault<T>(this IConfiguration configuration, string section)
        where T : class, new()
    {
        try
        {
            return configuration.GetSection(section).Get<T>() ?? new T();
        }
        catch (InvalidOperationException)
        {
            return new T();
        }
    }

    // The binder stops at the first value that is none of its type, and says so in words for programmers.
    private static void RefuseUnreadable<T>(IConfiguration configuration, string section)
    {
        var errors = new List<string>();
        foreach (var property in typeof(T).GetProperties(BindingFlags.Public | BindingFlags.Instance))
        {
            var value = configuration.GetSection(section).GetSection(property.Name);
            if (!property.CanWrite || !value.Exists()) continue;
            try
            {
                _ = value.Get(property.PropertyType);
            }
            catch (InvalidOperationException failure)
            {
                errors.Add(value.Value is { } text ? $"{section}:{property.Name} must be {Words(property.PropertyType)}, but is '{text}'." : $"{section}:{property.Name}: {failure.Message}");
            }
        }

        if (errors.Count > 0) throw new OptionsValidationException(Options.DefaultName, typeof(T), errors);
    }

    private static string Words(Type type) => (Nullable.GetUnderlyingType(type) ?? type) switch
    {
        { IsEnum: true } words => $"of {string.Join(", ", Enum.GetNames(words))}",
        var flag when flag == typeof(bool) => "true or false",
        var time when time == typeof(TimeSpan) => "a duration, [days.]hh:mm:ss[.fff]",
        var number when number == typeof(double) => "a number",
        var number when number == typeof(int) || number == typeof(long) => string.Create(CultureInfo.InvariantCulture, $"a whole number of {(number == typeof(int) ? int.MaxValue : long.MaxValue)} at the most"),
        var other => $"a {other.Name}",
    };

    private sealed class Validator<T>(string section) : IValidateOptions<T>
        where T : class
    {
        public ValidateOptionsResult Validate(string? name, T options)
        {
            var errors = new List<string>();
            foreach (var property in typeof(T).GetProperties(BindingFlags.Public | BindingFlags.Instance))
            {
                var value = property.GetValue(options);
                foreach (var rule in property.GetCustomAttributes<ValidationAttribute>())
                {
                    if (rule.IsValid(value)) continue;
                    var right = rule is RangeAttribute range
                        ? string.Create(CultureInfo.InvariantCulture, $"must be {range.Minimum} to {range.Maximum}")
                        : rule is RequiredAttribute ? "must be set" : rule.FormatErrorMessage(property.Name);
                    errors.Add(string.Create(CultureInfo.InvariantCulture, $"{section}:{property.Name} {right}, but is '{value}'."));
                }
            }

            return errors.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(errors);
        }
    }
}
