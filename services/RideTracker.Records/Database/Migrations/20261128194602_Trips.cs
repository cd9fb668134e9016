using System;
using Microsoft.EntityFrameworkCore.Migrations;
using Npgsql.EntityFrameworkCore.PostgreSQL.Metadata;

#nullable disable

namespace RideTracker.Records.Database.Migrations
{
    /// <inheritdoc />
    public partial class Trips : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.CreateTable(
                name: "drivers",
                columns: table => new
                {
                    id = table.Column<string>(type: "character varying(64)", maxLength: 64, nullable: false, collation: "C"),
                    name = table.Column<string>(type: "character varying(100)", maxLength: 100, nullable: false),
                    vehicle = table.Column<string>(type: "character varying(100)", maxLength: 100, nullable: true),
                    plate = table.Column<string>(type: "character varying(20)", maxLength: 20, nullable: true),
                    created_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    changed_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_drivers", x => x.id);
                });

            migrationBuilder.CreateTable(
                name: "idempotency_keys",
                columns: table => new
                {
                    scope = table.Column<string>(type: "character varying(300)", maxLength: 300, nullable: false),
                    key = table.Column<string>(type: "character varying(255)", maxLength: 255, nullable: false),
                    fingerprint = table.Column<byte[]>(type: "bytea", nullable: false),
                    created_ms = table.Column<long>(type: "bigint", nullable: false),
                    status = table.Column<int>(type: "integer", nullable: false),
                    body = table.Column<string>(type: "text", nullable: true),
                    location = table.Column<string>(type: "character varying(200)", maxLength: 200, nullable: true),
                    version = table.Column<int>(type: "integer", nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_idempotency_keys", x => new { x.scope, x.key });
                });

            migrationBuilder.CreateTable(
                name: "off_duty",
                columns: table => new
                {
                    driver = table.Column<string>(type: "character varying(64)", maxLength: 64, nullable: false, collation: "C"),
                    from_ms = table.Column<long>(type: "bigint", nullable: false),
                    to_ms = table.Column<long>(type: "bigint", nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_off_duty", x => new { x.driver, x.from_ms });
                });

            migrationBuilder.CreateTable(
                name: "outbox",
                columns: table => new
                {
                    id = table.Column<long>(type: "bigint", nullable: false)
                        .Annotation("Npgsql:ValueGenerationStrategy", NpgsqlValueGenerationStrategy.IdentityByDefaultColumn),
                    kind = table.Column<string>(type: "character varying(32)", maxLength: 32, nullable: false),
                    key = table.Column<string>(type: "character varying(300)", maxLength: 300, nullable: false),
                    data = table.Column<string>(type: "text", nullable: true),
                    due_ms = table.Column<long>(type: "bigint", nullable: false),
                    failures = table.Column<int>(type: "integer", nullable: false),
                    created_ms = table.Column<long>(type: "bigint", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_outbox", x => x.id);
                });

            migrationBuilder.CreateTable(
                name: "trips",
                columns: table => new
                {
                    id = table.Column<string>(type: "character varying(64)", maxLength: 64, nullable: false, collation: "C"),
                    status = table.Column<string>(type: "character varying(20)", maxLength: 20, nullable: false),
                    version = table.Column<int>(type: "integer", nullable: false),
                    rider = table.Column<string>(type: "character varying(128)", maxLength: 128, nullable: false),
                    driver = table.Column<string>(type: "character varying(64)", maxLength: 64, nullable: true, collation: "C"),
                    queued = table.Column<bool>(type: "boolean", nullable: false),
                    pickup_lat = table.Column<double>(type: "double precision", nullable: false),
                    pickup_lng = table.Column<double>(type: "double precision", nullable: false),
                    pickup_label = table.Column<string>(type: "character varying(200)", maxLength: 200, nullable: true),
                    dropoff_lat = table.Column<double>(type: "double precision", nullable: false),
                    dropoff_lng = table.Column<double>(type: "double precision", nullable: false),
                    dropoff_label = table.Column<string>(type: "character varying(200)", maxLength: 200, nullable: true),
                    card_name = table.Column<string>(type: "character varying(100)", maxLength: 100, nullable: true),
                    card_vehicle = table.Column<string>(type: "character varying(100)", maxLength: 100, nullable: true),
                    card_plate = table.Column<string>(type: "character varying(20)", maxLength: 20, nullable: true),
                    created_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    assigned_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true),
                    active_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true),
                    arrived_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true),
                    started_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true),
                    dropoff_arrived_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true),
                    ended_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true),
                    route_version = table.Column<int>(type: "integer", nullable: false),
                    route_line = table.Column<string>(type: "text", nullable: true),
                    route_seconds = table.Column<double>(type: "double precision", nullable: true),
                    route_given = table.Column<bool>(type: "boolean", nullable: false),
                    eta_ms = table.Column<long>(type: "bigint", nullable: true),
                    eta_meters = table.Column<double>(type: "double precision", nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_trips", x => x.id);
                });

            migrationBuilder.CreateIndex(
                name: "IX_idempotency_keys_created_ms",
                table: "idempotency_keys",
                column: "created_ms");

            migrationBuilder.CreateIndex(
                name: "ux_off_duty_open",
                table: "off_duty",
                column: "driver",
                unique: true,
                filter: "to_ms IS NULL");

            migrationBuilder.CreateIndex(
                name: "ix_trips_driver_id",
                table: "trips",
                columns: new[] { "driver", "id" });

            migrationBuilder.CreateIndex(
                name: "ix_trips_ended_at",
                table: "trips",
                column: "ended_at");

            migrationBuilder.CreateIndex(
                name: "ix_trips_rider_id",
                table: "trips",
                columns: new[] { "rider", "id" });

            migrationBuilder.CreateIndex(
                name: "ix_trips_status_id",
                table: "trips",
                columns: new[] { "status", "id" });

            migrationBuilder.CreateIndex(
                name: "ux_trips_driver_active",
                table: "trips",
                column: "driver",
                unique: true,
                filter: "driver IS NOT NULL AND NOT queued AND status IN ('enroute-to-pickup', 'arrived-at-pickup', 'enroute-to-dropoff')");

            migrationBuilder.CreateIndex(
                name: "ux_trips_driver_queued",
                table: "trips",
                column: "driver",
                unique: true,
                filter: "queued");

            // Told at the commit: the hosts' workers wake up at once, whichever host wrote.
            migrationBuilder.Sql("""
                CREATE FUNCTION outbox_notify() RETURNS trigger LANGUAGE plpgsql AS $$
                BEGIN
                    PERFORM pg_notify('ridetracker_outbox', '');
                    RETURN NULL;
                END $$;
                CREATE TRIGGER outbox_notify AFTER INSERT ON outbox FOR EACH STATEMENT EXECUTE FUNCTION outbox_notify();
                """);
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropTable(
                name: "drivers");

            migrationBuilder.DropTable(
                name: "idempotency_keys");

            migrationBuilder.DropTable(
                name: "off_duty");

            migrationBuilder.DropTable(
                name: "outbox");

            migrationBuilder.DropTable(
                name: "trips");

            migrationBuilder.Sql("DROP FUNCTION outbox_notify();");
        }
    }
}
