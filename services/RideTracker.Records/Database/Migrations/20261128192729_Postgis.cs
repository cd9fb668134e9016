using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace RideTracker.Records.Database.Migrations
{
    /// <inheritdoc />
    public partial class Postgis : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.AlterDatabase()
                .Annotation("Npgsql:PostgresExtension:postgis", ",,");
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {

        }
    }
}
