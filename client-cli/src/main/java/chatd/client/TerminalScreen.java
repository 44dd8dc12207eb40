package chatd.client;

import java.io.IOException;
import java.util.Optional;
import org.jline.reader.EndOfFileException;
import org.jline.reader.LineReader;
import org.jline.reader.LineReaderBuilder;
import org.jline.reader.UserInterruptException;
import org.jline.terminal.Terminal;
import org.jline.terminal.TerminalBuilder;

/** A terminal, by JLine. */
final class TerminalScreen implements Screen {
    private final Terminal terminal;
    private final LineReader lines;
    private final LineReader secrets;

    TerminalScreen() throws IOException {
        terminal = TerminalBuilder.builder().system(true).name("chat-client").build();
        lines = LineReaderBuilder.builder()
                .terminal(terminal)
                .option(LineReader.Option.DISABLE_EVENT_EXPANSION, true)
                .build();
        // A reader of its own: no secret enters the history of lines.
        secrets = LineReaderBuilder.builder()
                .terminal(terminal)
                .option(LineReader.Option.DISABLE_EVENT_EXPANSION, true)
                .variable(LineReader.DISABLE_HISTORY, true)
                .build();
    }

    @Override
    public void show(String line) {
        lines.printAbove(line);
    }

    @Override
    public Optional<String> read(String prompt) {
        try {
            return Optional.of(lines.readLine(prompt));
        } catch (EndOfFileException | UserInterruptException e) {
            return Optional.empty();
        }
    }

    @Override
    public Optional<String> readSecret(String prompt) {
        try {
            return Optional.of(secrets.readLine(prompt, '\0'));
        } catch (EndOfFileException | UserInterruptException e) {
            return Optional.empty();
        }
    }

    @Override
    public void close() {
        try {
            terminal.close();
        } catch (IOException e) {
            // The program ends.
        }
    }
}
