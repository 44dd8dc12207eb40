package chatd.client;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.Architectures.layeredArchitecture;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaMethodCall;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/** The rooms of the client: its state is separate from its display (docs/ARCHITECTURE.md). */
class ClientLayersTest {
    private static final JavaClasses ALL = new ClassFileImporter()
            .withImportOption(new ImportOption.DoNotIncludeTests())
            .importPackages("chatd.client");

    @Test
    void dependenciesPointOneWay() {
        layeredArchitecture()
                .consideringOnlyDependenciesInLayers()
                .layer("root")
                .definedBy("chatd.client")
                .layer("command")
                .definedBy("chatd.client.command..")
                .layer("repl")
                .definedBy("chatd.client.repl..")
                .layer("login")
                .definedBy("chatd.client.login..")
                .layer("input")
                .definedBy("chatd.client.input..")
                .layer("script")
                .definedBy("chatd.client.script..")
                .layer("screen")
                .definedBy("chatd.client.screen..")
                .layer("direct")
                .definedBy("chatd.client.direct..")
                .layer("talk")
                .definedBy("chatd.client.talk..")
                .layer("net")
                .definedBy("chatd.client.net..")
                .whereLayer("root")
                .mayNotBeAccessedByAnyLayer()
                .whereLayer("command")
                .mayOnlyBeAccessedByLayers("root")
                .whereLayer("repl")
                .mayOnlyBeAccessedByLayers("root")
                .whereLayer("login")
                .mayOnlyBeAccessedByLayers("root", "repl", "command")
                .whereLayer("input")
                .mayOnlyBeAccessedByLayers("root", "repl", "command", "login")
                .whereLayer("script")
                .mayOnlyBeAccessedByLayers("command")
                .whereLayer("screen")
                .mayOnlyBeAccessedByLayers("root", "repl", "command", "login", "input")
                .whereLayer("direct")
                .mayOnlyBeAccessedByLayers("repl", "script", "command")
                .whereLayer("talk")
                .mayOnlyBeAccessedByLayers("root", "repl", "command", "login", "input", "script", "screen", "direct")
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

    /**
     * Decisions that depend on time use a clock, or a source of nanoseconds, that is passed in, so
     * that a test need not wait. These classes may ask the machine themselves, with the reason why.
     */
    private static final Map<String, String> MAY_ASK_THE_MACHINE = Map.ofEntries(
            Map.entry("DirectKey", "from when a certificate is valid"),
            Map.entry(
                    "Download", "which unfinished files are old enough to be removed; their age is the file system's"),
            Map.entry("ChatJsonActions", "the time that is shown of what one did oneself"),
            Map.entry("Presenter", "how often it is shown that somebody writes"),
            Map.entry("ProgressBar", "how often it is drawn"),
            Map.entry("Repl", "how often it is told that one writes"),
            Map.entry("Transfers", "for how long a transfer that stands still is tried again"));

    @Test
    void onlyTheListedClassesReadTheMachineClock() {
        Set<String> asking = new TreeSet<>();
        for (JavaClass each : ALL) {
            for (JavaMethodCall call : each.getMethodCallsFromSelf()) {
                String what = call.getTargetOwner().getSimpleName() + "." + call.getName();
                if (Set.of("System.nanoTime", "System.currentTimeMillis").contains(what)
                        || (what.equals("Instant.now")
                                && call.getTarget().getRawParameterTypes().isEmpty())) {
                    asking.add(each.getName().replaceFirst("\\$.*", "").replaceFirst(".*\\.", ""));
                }
            }
        }
        assertThat(asking).containsExactlyInAnyOrderElementsOf(MAY_ASK_THE_MACHINE.keySet());
    }
}
