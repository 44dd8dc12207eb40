package chatd.daemon;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideOutsideOfPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideOutsideOfPackages;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.Architectures.layeredArchitecture;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaMethodCall;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ConditionEvents;
import com.tngtech.archunit.lang.SimpleConditionEvent;
import com.tngtech.archunit.library.Architectures;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/** The daemon's packages, and the one direction of their dependencies (docs/ARCHITECTURE.md). */
class LayersTest {
    private static final JavaClasses ALL = new ClassFileImporter()
            .withImportOption(new ImportOption.DoNotIncludeTests())
            .importPackages("chatd");

    private static final JavaClasses WITHOUT_GENERATED = ALL.that(resideOutsideOfPackage("chatd.sql.generated.."));

    @Test
    void dependenciesOfTheDaemonPointOneWay() {
        checkLayers(
                "chatd.daemon",
                "root: net admin health forward service export retention dispatch journal trail disk directory session limit store model metrics config systemd",
                "net: files export login dispatch journal trail disk session limit model metrics config",
                "admin: health forward service retention accounts files messages groups reports search journal trail disk directory session limit store model metrics config",
                "health: forward service retention accounts files messages groups reports search journal trail disk directory session limit store model metrics config",
                "service: retention accounts direct login messages files friends groups reports search dispatch journal trail disk directory store metrics config",
                "export: messages journal trail directory session limit store model metrics config",
                "retention: accounts files messages search groups journal trail directory session limit store model metrics config",
                "accounts: groups login dispatch journal trail disk directory session limit store model metrics config",
                "search: messages dispatch journal trail disk directory session limit store model metrics config",
                "files: media messages dispatch journal trail disk directory session limit store model metrics config",
                "messages: dispatch journal trail disk directory session limit store model metrics config",
                "friends: accounts dispatch journal trail disk directory session limit store model metrics config",
                "direct: dispatch journal trail disk directory session limit model metrics config",
                "reports: accounts dispatch journal trail disk directory session limit store model metrics config",
                "groups: dispatch journal trail disk directory session limit store model metrics config",
                "login: messages dispatch journal trail disk directory session limit store model metrics config",
                "dispatch: journal trail disk session limit store model metrics config",
                "journal: trail disk directory session limit store model metrics config",
                "trail: directory session limit store model config",
                "disk: session limit store model config",
                "forward: config",
                "session: limit store model config",
                "limit: model config",
                "store: model config",
                "directory: media model",
                "media:",
                "model:",
                "config:",
                "metrics:",
                "systemd:");
    }

    @Test
    void dependenciesOfTheLogPointOneWay() {
        checkLayers(
                "chatd.audit",
                "write: form event seal root",
                "read: form event seal root",
                "form: event seal root",
                "event: seal",
                "seal: root",
                "root:");
    }

    @Test
    void dependenciesOfTheWirePointOneWay() {
        checkLayers(
                "chatd.protocol",
                "chat1: root event command value",
                "json: root event command value",
                "root: event command",
                "event: command value",
                "command: value",
                "value:");
    }

    /**
     * Checks that each class of {@code base} is in a layer, and that each layer uses only those listed after its colon.
     *
     * @param rooms sub-packages of {@code base}, each with its own sub-packages; {@code root} is {@code base} alone
     */
    private static void checkLayers(String base, String... rooms) {
        Architectures.LayeredArchitecture architecture = layeredArchitecture().consideringOnlyDependenciesInLayers();
        for (String room : rooms) {
            String name = room.substring(0, room.indexOf(':'));
            architecture = architecture.layer(name).definedBy(name.equals("root") ? base : base + "." + name + "..");
        }
        for (String room : rooms) {
            String name = room.substring(0, room.indexOf(':'));
            String used = room.substring(room.indexOf(':') + 1).strip();
            Architectures.LayeredArchitecture.LayerDependencySpecification layer = architecture.whereLayer(name);
            architecture =
                    used.isEmpty() ? layer.mayNotAccessAnyLayer() : layer.mayOnlyAccessLayers(used.split(" ", -1));
        }
        architecture.ensureAllClassesAreContainedInArchitecture().check(ALL.that(resideInAPackage(base + "..")));
    }

    @Test
    void thereAreNoCyclesAmongPackages() {
        slices().matching("chatd.(**)").should().beFreeOfCycles().check(WITHOUT_GENERATED);
    }

    @Test
    void theModelDependsOnTheProtocolAlone() {
        noClasses()
                .that()
                .resideInAPackage("chatd.daemon.model..")
                .should()
                .dependOnClassesThat(resideInAPackage("chatd..")
                        .and(resideOutsideOfPackages("chatd.daemon.model..", "chatd.protocol..")))
                .check(ALL);
    }

    @Test
    void nothingOfTestsOrDemosIsInAProductionJar() {
        noClasses()
                .that()
                .resideInAPackage("chatd..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("chatd.fixtures..", "chatd.demo..")
                .check(ALL.that(resideOutsideOfPackage("chatd.fixtures..")));
    }

    @Test
    void sqlStaysInTheStore() {
        noClasses()
                .that()
                .resideOutsideOfPackages("chatd.daemon.store..", "chatd.sql..", "chatd.mariadb..", "chatd.fixtures..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("org.jooq..", "java.sql..", "javax.sql..", "org.mariadb..")
                .check(ALL);
    }

    @Test
    void luceneStaysInTheSearch() {
        noClasses()
                .that()
                .resideOutsideOfPackage("chatd.daemon.search..")
                .should()
                .dependOnClassesThat()
                .resideInAPackage("org.apache.lucene..")
                .check(ALL);
    }

    @Test
    void nettyStaysInTheNetAndOnlyItsBuffersLeaveIt() {
        noClasses()
                .that()
                .resideOutsideOfPackages("chatd.daemon.net..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(
                        "io.netty.channel..",
                        "io.netty.handler..",
                        "io.netty.bootstrap..",
                        "io.netty.util.concurrent..",
                        "io.netty.util.internal..")
                .check(ALL);
        noClasses()
                .that()
                .resideInAnyPackage(
                        "chatd.daemon.store..",
                        "chatd.daemon.admin..",
                        "chatd.daemon.config..",
                        "chatd.daemon.model..",
                        "chatd.daemon.systemd..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("io.netty..")
                .check(ALL);
    }

    @Test
    void theProtocolUsesNoClockAndNoIo() {
        noClasses()
                .that()
                .resideInAPackage("chatd.protocol..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("java.io..", "java.net..", "java.nio.channels..", "java.nio.file..")
                .orShould()
                .dependOnClassesThat()
                .haveFullyQualifiedName("java.time.Clock")
                .check(ALL);
    }

    @Test
    void thereAreNoStaticFieldsThatAreNotFinal() {
        classes()
                .that()
                .resideInAPackage("chatd..")
                .and()
                .resideOutsideOfPackage("chatd.sql.generated..")
                .should(new ArchCondition<JavaClass>("have no static state") {
                    @Override
                    public void check(JavaClass item, ConditionEvents events) {
                        item.getFields().stream()
                                .filter(field -> field.getModifiers().contains(JavaModifier.STATIC))
                                .filter(field -> !field.getModifiers().contains(JavaModifier.FINAL))
                                .forEach(field -> events.add(SimpleConditionEvent.violated(
                                        field, field.getFullName() + " is static and not final")));
                    }
                })
                .check(ALL);
    }

    /**
     * Decisions that depend on time use a clock, or a source of nanoseconds, that is passed in, so
     * that no test has to wait. These classes may read the machine's clock, each for the reason
     * given.
     */
    private static final Map<String, String> MAY_READ_THE_CLOCK = Map.ofEntries(
            Map.entry("AdminDispatcher", "how long a command took, for the log"),
            Map.entry("AdminSocket", "a stalled caller is cut off"),
            Map.entry("ClientConnection", "when reading resumes, by the event loop's own timer"),
            Map.entry("Daemon", "how long a stop waits for the last bytes of connections"),
            Map.entry("Fetches", "how long a read of the database took"),
            Map.entry("FileGuard", "how often files are checked to be in their places"),
            Map.entry("FilesOverHttp", "how long a new attempt waits for the previous one to release the upload"),
            Map.entry("Forwarder", "how long a connection lasts"),
            Map.entry("Index", "how old the index snapshot is that a search uses"),
            Map.entry("Indexer", "what indexing and a search cost"),
            Map.entry("JournalLoop", "how long commit, log and delivery took"),
            Map.entry("JournalQueue", "how long a delivery took"),
            Map.entry("Listener", "how often a warning is repeated; how long a stop waits for handshakes"),
            Map.entry("Main", "the time at which a configuration is checked"),
            Map.entry("OpenUploads", "how long a thread waits for another"),
            Map.entry("OwnExports", "how long a step took, and how long a reader has let others wait"),
            Map.entry("Publisher", "how long the disk is left to others"),
            Map.entry("QueryTimeout", "which queries have run for too long"),
            Map.entry("Reload", "the time at which a configuration is checked"),
            Map.entry("RequestBody", "how long a thread waits for the rest of a body"),
            Map.entry("Retention", "what a step cost"),
            Map.entry("Search", "what a search may still cost"),
            Map.entry(
                    "Deduplicator",
                    "how often old identifiers are deleted, and whether to look them up first; no answer depends on it"),
            Map.entry("ServiceManager", "systemd wants the machine's time"),
            Map.entry("Session", "idle time, which administrators are shown"),
            Map.entry("Shares", "how long a thread waits for its share"),
            Map.entry("StatsCommands", "ages that are shown, and how often they are"),
            Map.entry("Sweeper", "the pause between two sweeps"),
            Map.entry("Throttle", "waits for as long as was decided from the time passed in"),
            Map.entry("UserCommands", "states that are shown, and how often progress is reported"),
            Map.entry("Watchdog", "when a thread answered"),
            Map.entry("WebSocketFrames", "when a ping is due, by the event loop's own timer"));

    @Test
    void decisionsByTimeUseAClockPassedIn() {
        Set<String> reading = new TreeSet<>();
        for (JavaClass each : ALL.that(resideInAnyPackage("chatd.daemon..", "chatd.audit.."))) {
            for (JavaMethodCall call : each.getMethodCallsFromSelf()) {
                String what = call.getTargetOwner().getSimpleName() + "." + call.getName();
                if (Set.of("System.nanoTime", "System.currentTimeMillis").contains(what)
                        || (what.equals("Instant.now")
                                && call.getTarget().getRawParameterTypes().isEmpty())) {
                    reading.add(each.getName().replaceFirst("\\$.*", "").replaceFirst(".*\\.", ""));
                }
            }
        }
        assertThat(reading).containsExactlyInAnyOrderElementsOf(MAY_READ_THE_CLOCK.keySet());
    }
}
