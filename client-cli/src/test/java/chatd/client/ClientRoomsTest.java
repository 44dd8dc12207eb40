package chatd.client;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.Architectures.layeredArchitecture;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import org.junit.jupiter.api.Test;

/** The rooms of the client: its state is separate from its display (docs/ARCHITECTURE.md). */
class ClientRoomsTest {
    private static final JavaClasses ALL = new ClassFileImporter()
            .withImportOption(new ImportOption.DoNotIncludeTests())
            .importPackages("chatd.client");

    @Test
    void dependenciesPointOneWay() {
        layeredArchitecture()
                .consideringOnlyDependenciesInLayers()
                .layer("root")
                .definedBy("chatd.client")
                .layer("screen")
                .definedBy("chatd.client.screen..")
                .layer("script")
                .definedBy("chatd.client.script..")
                .layer("talk")
                .definedBy("chatd.client.talk..")
                .layer("direct")
                .definedBy("chatd.client.direct..")
                .layer("net")
                .definedBy("chatd.client.net..")
                .whereLayer("direct")
                .mayOnlyBeAccessedByLayers("root", "script")
                .whereLayer("root")
                .mayNotBeAccessedByAnyLayer()
                .whereLayer("screen")
                .mayOnlyBeAccessedByLayers("root")
                .whereLayer("script")
                .mayOnlyBeAccessedByLayers("root")
                .whereLayer("talk")
                .mayOnlyBeAccessedByLayers("root", "screen", "script", "direct")
                .ensureAllClassesAreContainedInArchitecture()
                .check(ALL);
        slices().matching("chatd.(**)").should().beFreeOfCycles().check(ALL);
    }

    @Test
    void talkAndNetUseNoTerminalAndOnlyNetUsesTls() {
        noClasses()
                .that()
                .resideInAnyPackage("chatd.client.talk..", "chatd.client.script..", "chatd.client.net..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("org.jline..", "picocli..")
                .check(ALL);
        noClasses()
                .that()
                .resideOutsideOfPackages("chatd.client.net..", "chatd.client.direct..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("org.bouncycastle..", "javax.net.ssl..")
                .check(ALL);
    }
}
