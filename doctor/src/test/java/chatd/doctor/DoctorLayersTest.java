package chatd.doctor;

import static com.tngtech.archunit.library.Architectures.layeredArchitecture;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import org.junit.jupiter.api.Test;

/** The layers of {@code doctor} ({@code docs/ARCHITECTURE.md}). */
class DoctorLayersTest {
    private static final JavaClasses ALL = new ClassFileImporter()
            .withImportOption(new ImportOption.DoNotIncludeTests())
            .importPackages("chatd.doctor");

    @Test
    void dependenciesPointOneWay() {
        layeredArchitecture()
                .consideringOnlyDependenciesInLayers()
                .layer("root")
                .definedBy("chatd.doctor")
                .layer("check")
                .definedBy("chatd.doctor.check")
                .layer("machine")
                .definedBy("chatd.doctor.machine")
                .layer("finding")
                .definedBy("chatd.doctor.finding")
                .whereLayer("root")
                .mayNotBeAccessedByAnyLayer()
                .whereLayer("check")
                .mayOnlyBeAccessedByLayers("root")
                .whereLayer("machine")
                .mayNotAccessAnyLayer()
                .whereLayer("finding")
                .mayNotAccessAnyLayer()
                .ensureAllClassesAreContainedInArchitecture()
                .check(ALL);
        slices().matching("chatd.doctor.(**)").should().beFreeOfCycles().check(ALL);
    }
}
