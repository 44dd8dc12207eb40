package chatd.daemon;

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
import org.junit.jupiter.api.Test;

/** The rooms of the daemon, and the one way through them (docs/ARCHITECTURE.md). */
class RoomsTest {
    private static final JavaClasses ALL = new ClassFileImporter()
            .withImportOption(new ImportOption.DoNotIncludeTests())
            .importPackages("chatd");

    @Test
    void dependenciesPointOneWay() {
        layeredArchitecture()
                .consideringOnlyDependenciesInLayers()
                .layer("root")
                .definedBy("chatd.daemon")
                .layer("net")
                .definedBy("chatd.daemon.net")
                .layer("admin")
                .definedBy("chatd.daemon.admin")
                .layer("dispatch")
                .definedBy("chatd.daemon.dispatch")
                .layer("service")
                .definedBy("chatd.daemon.service")
                .layer("session")
                .definedBy("chatd.daemon.session")
                .layer("store")
                .definedBy("chatd.daemon.store")
                .layer("config")
                .definedBy("chatd.daemon.config")
                .layer("systemd")
                .definedBy("chatd.daemon.systemd")
                .whereLayer("systemd")
                .mayOnlyBeAccessedByLayers("root")
                .whereLayer("root")
                .mayNotBeAccessedByAnyLayer()
                .whereLayer("net")
                .mayOnlyBeAccessedByLayers("root")
                .whereLayer("admin")
                .mayOnlyBeAccessedByLayers("root")
                .whereLayer("dispatch")
                .mayOnlyBeAccessedByLayers("root", "net")
                .whereLayer("service")
                .mayOnlyBeAccessedByLayers("root", "net", "admin", "dispatch")
                .whereLayer("session")
                .mayOnlyBeAccessedByLayers("root", "net", "admin", "dispatch", "service")
                .whereLayer("store")
                .mayOnlyBeAccessedByLayers("root", "admin", "dispatch", "service", "session")
                .check(ALL);
    }

    @Test
    void thereAreNoCycles() {
        slices().matching("chatd.daemon.(*)..").should().beFreeOfCycles().check(ALL);
        slices().matching("chatd.(*)..").should().beFreeOfCycles().check(ALL);
    }

    @Test
    void sqlStaysInTheStore() {
        noClasses()
                .that()
                .resideOutsideOfPackages("chatd.daemon.store", "chatd.sql..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("org.jooq..", "java.sql..", "javax.sql..", "org.mariadb..")
                .check(ALL);
    }

    @Test
    void nettyStaysInTheNetAndItsBufferWithTheBytes() {
        noClasses()
                .that()
                .resideOutsideOfPackages("chatd.daemon.net")
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
                .resideInAnyPackage("chatd.daemon.store", "chatd.daemon.admin", "chatd.daemon.config")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("io.netty..")
                .check(ALL);
    }

    @Test
    void theWireKnowsNoClockAndNoIo() {
        noClasses()
                .that()
                .resideInAPackage("chatd.protocol")
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
