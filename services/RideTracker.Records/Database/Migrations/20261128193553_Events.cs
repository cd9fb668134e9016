using System;
using Microsoft.EntityFrameworkCore.Migrations;
using Npgsql.EntityFrameworkCore.PostgreSQL.Metadata;

#nullable disable

namespace RideTracker.Records.Database.Migrations
{
    /// <inheritdoc />
    public partial class Events : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.CreateTable(
                name: "event_floor",
                columns: table => new
                {
                    id = table.Column<int>(type: "integer", nullable: false),
                    deleted_through = table.Column<long>(type: "bigint", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_event_floor", x => x.id);
                });

            migrationBuilder.CreateTable(
                name: "events",
                columns: table => new
                {
                    id = table.Column<long>(type: "bigint", nullable: false)
                        .Annotation("Npgsql:ValueGenerationStrategy", NpgsqlValueGenerationStrategy.IdentityByDefaultColumn),
                    number = table.Column<long>(type: "bigint", nullable: true),
                    kind = table.Column<string>(type: "character varying(32)", maxLength: 32, nullable: false),
                    at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    recorded_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    trip = table.Column<string>(type: "character varying(64)", maxLength: 64, nullable: true),
                    driver = table.Column<string>(type: "character varying(64)", maxLength: 64, nullable: true),
                    geofence = table.Column<string>(type: "character varying(64)", maxLength: 64, nullable: true),
                    data = table.Column<string>(type: "jsonb", nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_events", x => x.id);
                });

            migrationBuilder.CreateIndex(
                name: "IX_events_driver_number",
                table: "events",
                columns: new[] { "driver", "number" });

            migrationBuilder.CreateIndex(
                name: "IX_events_kind_number",
                table: "events",
                columns: new[] { "kind", "number" });

            migrationBuilder.CreateIndex(
                name: "IX_events_number",
                table: "events",
                column: "number",
                unique: true);

            migrationBuilder.CreateIndex(
                name: "IX_events_recorded_at",
                table: "events",
                column: "recorded_at");

            migrationBuilder.CreateIndex(
                name: "IX_events_trip_number",
                table: "events",
                columns: new[] { "trip", "number" });

            // Numbers are given as the transaction's last act, under a lock that is held until the commit is visible: so their order is that of the
            // commits, no other lock is ever waited for while this one is held, and a long transaction holds up nobody until it ends.
            migrationBuilder.Sql("""
                CREATE SEQUENCE events_number_seq;
                CREATE FUNCTION events_give_number() RETURNS trigger LANGUAGE plpgsql AS $$
                BEGIN
                    PERFORM pg_advisory_xact_lock(1381254518);
                    UPDATE events SET number = nextval('events_number_seq') WHERE id = NEW.id;
                    PERFORM pg_notify('ridetracker_events', '');
                    RETURN NULL;
                END $$;
                CREATE CONSTRAINT TRIGGER events_give_number AFTER INSERT ON events
                    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION events_give_number();
                """);
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.Sql("DROP TRIGGER events_give_number ON events; DROP FUNCTION events_give_number(); DROP SEQUENCE events_number_seq;");
            migrationBuilder.DropTable(
                name: "event_floor");

            migrationBuilder.DropTable(
                name: "events");
        }
    }
}
