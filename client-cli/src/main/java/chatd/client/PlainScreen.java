package chatd.client;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/** Pipes: what is shown goes to standard output, what is typed comes from standard input. */
final class PlainScreen implements Screen {
    private final PrintStream out = new PrintStream(System.out, true, StandardCharsets.UTF_8);
    private final BufferedReader in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));

    @Override
    public void show(String line) {
        out.println(line);
    }

    @Override
    public Optional<String> read(String prompt) {
        try {
            return Optional.ofNullable(in.readLine());
        } catch (IOException e) {
            return Optional.empty();
        }
    }

    @Override
    public Optional<String> readSecret(String prompt) {
        return Optional.empty();
    }

    @Override
    public void close() {}
}
