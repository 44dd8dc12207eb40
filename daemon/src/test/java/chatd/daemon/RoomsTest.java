package chatd.daemon;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideOutsideOfPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideOutsideOfPackages;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.Architectures.layeredArchitecture;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ConditionEvents;
import com.tngtech.archunit.lang.SimpleConditionEvent;
import com.tngtech.archunit.library.Architectures;
import org.junit.jupiter.api.Test;

/** The daemon's packages, and the one direction of their dependencies (docs/ARCHITECTURE.md). */
class RoomsTest {
    private static final JavaClasses ALL = new ClassFileImporter()
            .withImportOption(new ImportOption.DoNotIncludeTests())
            .importPackages("chatd");

    private static final JavaClasses WITHOUT_GENERATED = ALL.that(resideOutsideOfPackage("chatd.sql.generated.."));

    @Test
    void dependenciesOfTheDaemonPointOneWay() {
        rooms(
                "chatd.daemon",
                "root: net admin service dispatch journal directory session store model config systemd",
                "net: files login dispatch journal session model config",
                "admin: service accounts files messages groups reports search journal directory session store model config",
                "service: accounts direct login messages files friends groups reports search dispatch journal directory store config",
                "accounts: groups login dispatch journal directory session store model config",
                "search: messages dispatch journal directory session store model config",
                "files: media messages dispatch journal directory session store model config",
                "messages: dispatch journal directory session store model config",
                "friends: accounts dispatch journal directory session store model config",
                "direct: dispatch journal directory session model config",
                "reports: accounts dispatch journal directory session store model config",
                "groups: dispatch journal directory session store model config",
                "login: messages dispatch journal directory session store model config",
                "dispatch: journal session store model config",
                "journal: directory session store model config",
                "session: store model config",
                "store: model config",
                "directory: model",
                "media:",
                "model:",
                "config:",
                "systemd:");
    }

    @Test
    void dependenciesOfTheLogPointOneWay() {
        rooms(
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
        rooms(
                "chatd.protocol",
                "chat1: root event command value",
                "json: root event command value",
                "root: event command",
                "event: command value",
                "command: value",
                "value:");
    }

    /**
     * Checks all classes of {@code base}: each is in a room, and a room uses only those named after its colon.
     *
     * @param rooms sub-packages of {@code base}, each with its own sub-packages; {@code root} is {@code base} alone
     */
    private static void rooms(String base, String... rooms) {
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
    void noPackagesDependOnEachOther() {
        slices().matching("chatd.(**)").should().beFreeOfCycles().check(WITHOUT_GENERATED);
    }

    @Test
    void theModelUsesTheWireAlone() {
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
                .resideOutsideOfPackages("chatd.daemon.store..", "chatd.sql..", "chatd.fixtures..")
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
    void nettyStaysInTheNetAndItsBufferWithTheBytes() {
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
    void theWireKnowsNoClockAndNoIo() {
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
    void thereIsNoStaticState() {
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
}
