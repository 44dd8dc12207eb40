package chatd.daemon.dispatch;

import static org.assertj.core.api.Assertions.assertThat;

import chatd.protocol.Command;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** The walk over the vocabulary: no command without a handler. */
class DispatcherTest {
    @Test
    void everyCommandHasARow() {
        var constructor = new ClassFileImporter()
                .importClasses(Dispatcher.class)
                .get(Dispatcher.class)
                .getConstructors();
        Set<String> rows = constructor.stream()
                .flatMap(code -> code.getReferencedClassObjects().stream())
                .map(reference -> reference.getRawType().getName())
                .collect(Collectors.toSet());
        assertThat(rows)
                .contains(Set.of(Command.class.getPermittedSubclasses()).stream()
                        .map(Class::getName)
                        .toArray(String[]::new));
    }
}
