using RideTracker.Records.Api;

namespace RideTracker.Tests.Records;

public class FieldErrorsTests
{
    [Theory]
    [InlineData("AB\0C", '\0')]
    [InlineData("\u202EABC 123", '\u202E')]
    [InlineData("7ABC\u2066 1", '\u2066')]
    public void Text_ThatReadsOtherwiseThanItIsWritten_IsUnfit(string text, char unfit) => Assert.Equal(unfit, FieldErrors.Unfit(text));

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("MB 1037 A")]
    [InlineData("مريم")]
    [InlineData("\u200Fدبي 12345")]
    [InlineData("🚗 1")]
    public void Text_OfAnyScript_IsFit(string? text) => Assert.Null(FieldErrors.Unfit(text));
}
