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
        return services.AddOptions<T>().BindConfiguration(section).ValidateOnStart();
    }

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
