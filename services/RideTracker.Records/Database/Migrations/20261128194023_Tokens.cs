using System;
using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace RideTracker.Records.Database.Migrations
{
    /// <inheritdoc />
    public partial class Tokens : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.CreateTable(
                name: "tokens",
                columns: table => new
                {
                    jti = table.Column<string>(type: "character varying(256)", maxLength: 256, nullable: false),
                    role = table.Column<string>(type: "character varying(16)", maxLength: 16, nullable: true),
                    sub = table.Column<string>(type: "character varying(256)", maxLength: 256, nullable: true),
                    trip = table.Column<string>(type: "character varying(64)", maxLength: 64, nullable: true),
                    share = table.Column<string>(type: "character varying(64)", maxLength: 64, nullable: true),
                    created = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    expires = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    revoked = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true),
                    issued_by = table.Column<string>(type: "character varying(256)", maxLength: 256, nullable: true),
                    revoked_by = table.Column<string>(type: "character varying(256)", maxLength: 256, nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_tokens", x => x.jti);
                });

            migrationBuilder.CreateIndex(
                name: "ix_tokens_created",
                table: "tokens",
                columns: new[] { "created", "jti" });

            migrationBuilder.CreateIndex(
                name: "ix_tokens_expires",
                table: "tokens",
                column: "expires");

            migrationBuilder.CreateIndex(
                name: "ix_tokens_share",
                table: "tokens",
                column: "share",
                unique: true,
                filter: "share IS NOT NULL");

            migrationBuilder.CreateIndex(
                name: "ix_tokens_sub",
                table: "tokens",
                column: "sub");

            migrationBuilder.CreateIndex(
                name: "ix_tokens_trip",
                table: "tokens",
                column: "trip",
                filter: "trip IS NOT NULL");
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropTable(
                name: "tokens");
        }
    }
}
