package chatd.client.command;

import chatd.client.input.PasswordOptions;
import chatd.client.net.Address;
import chatd.client.net.Link;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.List;
import picocli.CommandLine.ParameterException;

/**
 * What a command has access to: the options before it, the standard output, and the words after {@code --}. Used by one
 * thread.
 */
public interface Context {
    /**
     * Returns the server.
     *
     * @throws ParameterException if it is missing or not a valid address
     */
    Address address();

    /** Returns the name of the account: by default the user's on this machine. */
    String user();

    /** Returns a connector to the server, which offers what {@code --protocol} says. */
    Link.Connector server();

    /** Returns whether the user presents a certificate of their own. */
    boolean hasCertificate();

    PasswordOptions password();

    /** Returns the directory for fetched files. */
    Path downloads();

    PrintStream out();

    /** Returns the arguments after {@code --}. */
    List<String> words();

    /** Returns an exception, to be thrown, for a usage error; {@code what} is a clause. */
    ParameterException usageError(String what);
}
