package chatd.sql;

import chatd.mariadb.FileTree;
import chatd.mariadb.PrivateMariaDb;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.Statement;
import org.jooq.codegen.GenerationTool;
import org.jooq.meta.jaxb.Configuration;
import org.jooq.meta.jaxb.Database;
import org.jooq.meta.jaxb.ForcedType;
import org.jooq.meta.jaxb.Generate;
import org.jooq.meta.jaxb.Generator;
import org.jooq.meta.jaxb.Jdbc;
import org.jooq.meta.jaxb.Logging;
import org.jooq.meta.jaxb.Target;
import org.mariadb.jdbc.MariaDbDataSource;

/**
 * Generates from the migrations, as {@code ./chat generate} does, the jOOQ classes and the rows that a schema has in Flyway's
 * table once it is migrated: {@code SchemaGenerator SOURCES RESOURCES}.
 */
final class SchemaGenerator {
    /** The rows, within the resources. */
    static final String ROWS = "chatd/sql/schema_version";

    private SchemaGenerator() {}

    public static void main(String[] arguments) throws Exception {
        generateInto(Path.of(arguments[0]), Path.of(arguments[1]));
    }

    static void generateInto(Path sources, Path resources) throws Exception {
        Path directory = Files.createTempDirectory("cg");
        try (PrivateMariaDb server = PrivateMariaDb.start(directory, directory.resolve("s"))) {
            server.createSchema("chatd");
            Migrations.migrate(new MariaDbDataSource(server.url("chatd")));
            generate(server.url("chatd"), sources);
            try (Connection connection = DriverManager.getConnection(server.url("chatd"));
                    Statement statement = connection.createStatement()) {
                Files.writeString(resources.resolve(ROWS), Migrations.rows(connection));
            }
        } finally {
            FileTree.delete(directory);
        }
    }

    private static void generate(String url, Path sources) throws IOException {
        Files.createDirectories(sources);
        Configuration configuration = new Configuration()
                .withLogging(Logging.ERROR)
                .withJdbc(new Jdbc().withDriver("org.mariadb.jdbc.Driver").withUrl(url))
                .withGenerator(new Generator()
                        .withDatabase(new Database()
                                .withName("org.jooq.meta.mariadb.MariaDBDatabase")
                                .withInputSchema("chatd")
                                .withOutputSchemaToDefault(true)
                                .withExcludes("schema_version")
                                .withUnsignedTypes(false)
                                .withForcedTypes(
                                        new ForcedType()
                                                .withName("BOOLEAN")
                                                .withIncludeExpression(
                                                        ".*\\.must_change|restoration\\.logged|account\\.(everyone|tells_reading|tells_seen)"
                                                                + "|friend_request\\.(open|told)|party\\.(pinned|unread)|reaction\\.hidden|token\\.quiet|file\\.picture"
                                                                + "|chat_group\\.(whole_history|is_open|closed)|group_member\\.removed"
                                                                + "|group_change\\.(whole_history|is_open)|erasure\\.everywhere"),
                                        new ForcedType().withName("BIGINT").withIncludeTypes("(?i:(big)?int.*)"),
                                        new ForcedType().withName("INTEGER").withIncludeTypes("(?i:(small|tiny)int.*)"),
                                        new ForcedType()
                                                .withUserType("java.time.Instant")
                                                .withConverter("chatd.sql.UtcConverter")
                                                .withIncludeTypes("(?i:datetime.*)")))
                        .withGenerate(new Generate()
                                .withRecords(true)
                                .withPojos(false)
                                .withDaos(false)
                                .withGeneratedAnnotation(false)
                                .withJavadoc(false)
                                .withGlobalCatalogReferences(false))
                        .withTarget(new Target()
                                .withPackageName("chatd.sql.generated")
                                .withDirectory(sources.toString())
                                .withClean(true)));
        try {
            GenerationTool.generate(configuration);
        } catch (Exception e) {
            throw new IOException("the generator failed", e);
        }
    }
}
