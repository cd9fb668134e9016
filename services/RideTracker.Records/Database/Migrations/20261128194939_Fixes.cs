using System;
using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace RideTracker.Records.Database.Migrations
{
    /// <inheritdoc />
    public partial class Fixes : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.CreateTable(
                name: "dead_fixes",
                columns: table => new
                {
                    element = table.Column<string>(type: "text", nullable: false),
                    place = table.Column<int>(type: "integer", nullable: false),
                    kind = table.Column<string>(type: "text", nullable: false),
                    partition = table.Column<int>(type: "integer", nullable: false),
                    at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    driver = table.Column<string>(type: "text", nullable: true, collation: "C"),
                    payload = table.Column<byte[]>(type: "bytea", nullable: false),
                    error = table.Column<string>(type: "character varying(2000)", maxLength: 2000, nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_dead_fixes", x => new { x.element, x.place, x.kind });
                });

            // By hand: EF Core knows no partitions. The ids are compared as bytes, which costs less than by a language's rules.
            migrationBuilder.Sql(
                """
                CREATE TABLE fixes (
                    driver text COLLATE "C" NOT NULL,
                    fix_time timestamp with time zone NOT NULL,
                    received_time timestamp with time zone NOT NULL,
                    lat double precision NOT NULL,
                    lng double precision NOT NULL,
                    accuracy real,
                    speed real,
                    heading real,
                    altitude real,
                    battery real,
                    charging boolean,
                    mock boolean,
                    CONSTRAINT "PK_fixes" PRIMARY KEY (driver, fix_time)
                ) PARTITION BY RANGE (fix_time)
                """);

            migrationBuilder.CreateIndex(
                name: "ix_dead_fixes_at",
                table: "dead_fixes",
                column: "at");

            migrationBuilder.CreateIndex(
                name: "ix_dead_fixes_driver",
                table: "dead_fixes",
                column: "driver");
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropTable(
                name: "dead_fixes");

            migrationBuilder.DropTable(
                name: "fixes");
        }
    }
}
