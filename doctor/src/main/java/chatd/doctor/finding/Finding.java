package chatd.doctor.finding;

/**
 * What a check found.
 *
 * @param check the check's name, such as {@code certificate.end}, which stays the same
 * @param found what is, as sentences
 * @param why why it matters, as a sentence
 * @param remedy what to do, as sentences; empty if nothing is to be done
 * @param command a command, for a shell of root, that does it; empty if no command can
 */
public record Finding(String check, Verdict verdict, String found, String why, String remedy, String command) {}
