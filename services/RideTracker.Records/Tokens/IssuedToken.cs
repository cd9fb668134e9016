using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace RideTracker.Records.Tokens;

/// <summary>What is known of a token that was issued or revoked here. Never the token itself: whoever reads the database can't use what stands there.</summary>
public sealed class IssuedToken
{
    /// <summary>Its name, the claim <c>jti</c>.</summary>
    public required string Jti { get; set; }

    /// <summary>The wire's word for what its holder is; null where it was issued elsewhere (another issuer, or a database restored from before it).</summary>
    public string? Role { get; set; }

    /// <summary>Whose it is; null where it was issued elsewhere.</summary>
    public string? Subject { get; set; }

    /// <summary>The one trip that a rider's token is for.</summary>
    public string? Trip { get; set; }

    /// <summary>The share link that it stands in, if it was made for one.</summary>
    public string? Share { get; set; }

    public DateTimeOffset Created { get; set; }

    /// <summary>When it ends by itself. Its trip's end comes before, where it has one.</summary>
    public DateTimeOffset Expires { get; set; }

    /// <summary>When it was revoked; null if it was not.</summary>
    public DateTimeOffset? Revoked { get; set; }

    /// <summary>The <c>sub</c> of who had it issued; null where it was issued elsewhere.</summary>
    public string? IssuedBy { get; set; }

    /// <summary>The <c>sub</c> of who revoked it.</summary>
    public string? RevokedBy { get; set; }
}

internal sealed class IssuedTokenTable : IEntityTypeConfiguration<IssuedToken>
{
    public void Configure(EntityTypeBuilder<IssuedToken> table)
    {
        table.ToTable("tokens");
        table.HasKey(token => token.Jti);
        table.Property(token => token.Jti).HasColumnName("jti").HasMaxLength(TokenLimits.Text);
        table.Property(token => token.Role).HasColumnName("role").HasMaxLength(16);
        table.Property(token => token.Subject).HasColumnName("sub").HasMaxLength(TokenLimits.Text);
        table.Property(token => token.Trip).HasColumnName("trip").HasMaxLength(64);
        table.Property(token => token.Share).HasColumnName("share").HasMaxLength(64);
        table.Property(token => token.Created).HasColumnName("created").HasColumnType("timestamp with time zone");
        table.Property(token => token.Expires).HasColumnName("expires").HasColumnType("timestamp with time zone");
        table.Property(token => token.Revoked).HasColumnName("revoked").HasColumnType("timestamp with time zone");
        table.Property(token => token.IssuedBy).HasColumnName("issued_by").HasMaxLength(TokenLimits.Text);
        table.Property(token => token.RevokedBy).HasColumnName("revoked_by").HasMaxLength(TokenLimits.Text);
        // The order of lists; a trip's tokens and shares; a subject's, for lists and erasure; what is long over, for forgetting; what a lost hub must be told again.
        table.HasIndex(token => new { token.Created, token.Jti }).HasDatabaseName("ix_tokens_created");
        table.HasIndex(token => token.Trip).HasDatabaseName("ix_tokens_trip").HasFilter("trip IS NOT NULL");
        table.HasIndex(token => token.Share).HasDatabaseName("ix_tokens_share").IsUnique().HasFilter("share IS NOT NULL");
        table.HasIndex(token => token.Subject).HasDatabaseName("ix_tokens_sub");
        table.HasIndex(token => token.Expires).HasDatabaseName("ix_tokens_expires");
    }
}
