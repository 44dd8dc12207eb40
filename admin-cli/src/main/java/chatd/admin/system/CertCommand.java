package chatd.admin.system;

import chatd.admin.api.SystemCalls;
import chatd.admin.terminal.CommandFailure;
import chatd.admin.terminal.Exit;
import chatd.admin.terminal.Format;
import chatd.admin.terminal.Input;
import chatd.admin.terminal.Program;
import chatd.admin.terminal.Timestamp;
import chatd.certs.Authority;
import chatd.certs.ChainFacts;
import chatd.certs.Fingerprint;
import chatd.certs.Pem;
import chatd.certs.SigningRequest;
import chatd.text.SafeText;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Spec;

/** {@code chat-admin cert}. */
@Command(
        name = "cert",
        description = "Shows certificates, and creates what is needed to get one.",
        mixinStandardHelpOptions = true,
        footerHeading = Program.EXAMPLE,
        footer = "  chat-admin cert show")
public final class CertCommand implements Runnable {
    @ParentCommand
    private Program program;

    @Spec
    private CommandSpec spec;

    @Override
    public void run() {
        throw Program.missingSubcommand(spec);
    }

    @Command(
            name = "show",
            description = {
                "Shows the certificate that the daemon presents to clients, or the one in a file.",
                "The fingerprint is the SHA-256 of its key: read it out to people whose client asks them whether this"
                        + " is the right server."
            },
            mixinStandardHelpOptions = true,
            footerHeading = Program.EXAMPLES,
            footer = {"  chat-admin cert show", "  chat-admin cert show /root/renewed.pem"})
    int show(
            @Option(
                            names = "--fingerprint",
                            description =
                                    "Only the fingerprint, in 64 hexadecimal digits, as `chat-client --fingerprint` takes it.")
                    boolean fingerprint,
            @Parameters(paramLabel = "FILE", arity = "0..1", description = "PEM: the certificate, then its chain.")
                    @Nullable
                    Path file)
            throws IOException {
        ChainFacts shown = file == null ? program.daemon().call(SystemCalls.CERTIFICATE) : ChainFacts.of(chain(file));
        if (program.isJson()) {
            Format.json(program.out(), shown);
            return Exit.OK;
        }
        if (fingerprint) {
            program.out().println(shown.fingerprint());
            return Exit.OK;
        }
        line("for", String.join(", ", shown.names()));
        line("subject", shown.subject());
        line("issuer", shown.issuer());
        line("chain", String.join("\n", shown.chain()));
        line(
                "valid",
                Timestamp.format(shown.begin().toString()) + " to "
                        + Timestamp.format(shown.end().toString()));
        line("fingerprint", new Fingerprint(shown.fingerprint()).toString());
        if (!shown.advice().isEmpty()) {
            program.out().println();
            program.out().println(SafeText.line(shown.advice()));
        }
        return Exit.OK;
    }

    private static List<X509Certificate> chain(Path file) throws IOException {
        try {
            return Pem.certificates(Input.requireReadable(file));
        } catch (Pem.Unusable e) {
            throw new CommandFailure(Exit.FAILED, String.valueOf(e.getMessage()));
        }
    }

    private void line(String key, String value) {
        String indented = value.lines().map(SafeText::line).collect(Collectors.joining("\n" + " ".repeat(13)));
        Format.line(program.out(), key, indented);
    }

    @Command(
            name = "dev",
            description = {
                "Creates a development CA and a server certificate.",
                "Writes ca.pem, server.pem and server.key to DIR: good for trying out. People's devices trust them only"
                        + " if ca.pem is installed by hand."
            },
            mixinStandardHelpOptions = true,
            footerHeading = Program.EXAMPLE,
            footer = "  chat-admin cert dev --name chat.example.org --name 2001:db8::7 /etc/chatd")
    int dev(
            @Option(
                            names = "--name",
                            paramLabel = "HOST",
                            defaultValue = "localhost,::1,127.0.0.1",
                            split = ",",
                            description = "A host name or address to include; may be repeated; default:"
                                    + " ${DEFAULT-VALUE}.")
                    List<String> names,
            @Option(names = "--replace", description = "Replace existing files.") boolean replace,
            @Parameters(paramLabel = "DIR") Path directory)
            throws IOException {
        if (!Files.isDirectory(directory)) {
            throw new CommandFailure(Exit.NOT_FOUND, "There is no directory " + directory + ".");
        }
        for (String file : Authority.DEVELOPMENT_FILES) {
            if (!replace && Files.exists(directory.resolve(file))) {
                throw new CommandFailure(
                        Exit.CONFLICT,
                        "There is a " + directory.resolve(file)
                                + " already: name another directory, or use --replace.");
            }
        }
        try {
            Authority.writeDevelopmentFiles(directory, names, new SecureRandom(), Instant.now());
        } catch (IllegalArgumentException e) {
            throw new CommandFailure(Exit.USAGE, String.valueOf(e.getMessage()));
        }
        program.out()
                .println("Made for " + String.join(", ", names) + ": "
                        + Authority.DEVELOPMENT_FILES.stream()
                                .map(file -> directory.resolve(file).toString())
                                .collect(Collectors.joining(", ")));
        return Exit.OK;
    }

    @Command(
            name = "csr",
            description = {
                "Creates a certificate signing request to send to an authority.",
                "If the key's file does not exist, a key is generated in it, readable only by you. The key is never"
                        + " part of the request."
            },
            mixinStandardHelpOptions = true,
            footerHeading = Program.EXAMPLE,
            footer = "  chat-admin cert csr --name chat.example.org --key server.key --to server.csr")
    int csr(
            @Option(
                            names = "--name",
                            paramLabel = "HOST",
                            required = true,
                            description =
                                    "A host name or address to include; may be repeated; the first is the subject.")
                    List<String> names,
            @Option(
                            names = "--kind",
                            paramLabel = "KIND",
                            defaultValue = "EC",
                            description =
                                    "Type of a generated key: ${COMPLETION-CANDIDATES}; default: ${DEFAULT-VALUE}.")
                    Authority.KeyKind kind,
            @Option(names = "--key", paramLabel = "FILE", required = true, description = "The key, PEM.") Path key,
            @Option(names = "--to", paramLabel = "FILE", required = true, description = "A new file for the request.")
                    Path to)
            throws IOException {
        if (to.toAbsolutePath().normalize().equals(key.toAbsolutePath().normalize())) {
            throw new CommandFailure(
                    Exit.USAGE, "The key and the request need two files: --key and --to name the same one.");
        }
        boolean isKeyNew = !Files.exists(key);
        try {
            SigningRequest request = isKeyNew
                    ? SigningRequest.withNewKey(names, kind, new SecureRandom())
                    : SigningRequest.of(names, Pem.privateKey(Input.requireReadable(key)));
            // The request first: no key is stored if the request can't be written.
            Files.writeString(to, request.pem(), StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
            if (isKeyNew) {
                writeKey(key, request, to);
            }
        } catch (Pem.Unusable e) {
            throw new CommandFailure(Exit.FAILED, String.valueOf(e.getMessage()));
        } catch (IllegalArgumentException e) {
            throw new CommandFailure(Exit.USAGE, String.valueOf(e.getMessage()));
        } catch (FileAlreadyExistsException e) {
            throw new CommandFailure(Exit.CONFLICT, "There is a file " + e.getFile() + " already: name a new one.");
        }
        program.out().println("Written: " + to + (isKeyNew ? ", and a new key: " + key : ", with the key " + key));
        program.out()
                .println("Send " + to + " to your authority; set tls.certificate to the certificate it returns, and"
                        + " tls.key to " + key + ".");
        return Exit.OK;
    }

    private static void writeKey(Path key, SigningRequest request, Path to) throws IOException {
        try {
            Pem.writeSecret(key, request.key());
        } catch (IOException e) {
            // The request is useless without its key.
            Files.delete(to);
            throw e;
        }
    }
}
