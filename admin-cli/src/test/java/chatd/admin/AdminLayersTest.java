package chatd.admin;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideOutsideOfPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.Architectures.layeredArchitecture;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import org.junit.jupiter.api.Test;

/** The layers of {@code chat-admin} ({@code docs/ARCHITECTURE.md}). */
class AdminLayersTest {
    private static final JavaClasses ALL = new ClassFileImporter()
            .withImportOption(new ImportOption.DoNotIncludeTests())
            .importPackages("chatd.admin")
            .that(resideOutsideOfPackage("chatd.admin.api.."));

    @Test
    void dependenciesPointOneWay() {
        layeredArchitecture()
                .consideringOnlyDependenciesInLayers()
                .layer("root")
                .definedBy("chatd.admin")
                .layer("commands")
                .definedBy(
                        "chatd.admin.user..",
                        "chatd.admin.moderation..",
                        "chatd.admin.log..",
                        "chatd.admin.backup..",
                        "chatd.admin.system..")
                .layer("terminal")
                .definedBy("chatd.admin.terminal..")
                .whereLayer("root")
                .mayNotBeAccessedByAnyLayer()
                .whereLayer("commands")
                .mayOnlyBeAccessedByLayers("root")
                .whereLayer("terminal")
                .mayNotAccessAnyLayer()
                .ensureAllClassesAreContainedInArchitecture()
                .check(ALL);
        slices().matching("chatd.(**)").should().beFreeOfCycles().check(ALL);
    }

    @Test
    void itDoesNotDependOnTheDaemon() {
        noClasses()
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("chatd.daemon..", "chatd.sql..", "chatd.fixtures..")
                .check(ALL);
    }
}
