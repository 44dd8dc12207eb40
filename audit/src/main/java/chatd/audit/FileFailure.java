package chatd.audit;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * Describes for people why a file can't be used. The JDK's exceptions have either the path alone, or the reason without
 * the path.
 */
public final class FileFailure {
    private FileFailure() {}

    /** Returns the reason, and in parentheses the file that the exception names, if it names one. */
    public static String describe(IOException failure) {
        return describe(failure, null);
    }

    /**
     * Returns the reason, and in parentheses the file.
     *
     * @param file the file that was used; the exception's own is preferred
     */
    public static String describe(IOException failure, @Nullable Path file) {
        String message = String.valueOf(failure.getMessage());
        if (failure instanceof FileSystemException known && known.getFile() != null) {
            return reason(known) + " (" + known.getFile() + ")";
        }
        return file == null || message.contains(file.toString()) ? message : message + " (" + file + ")";
    }

    private static String reason(FileSystemException failure) {
        return switch (failure) {
            case NoSuchFileException _ -> "No such file or directory";
            case AccessDeniedException _ -> "Permission denied";
            case FileAlreadyExistsException _ -> "File exists";
            case NotDirectoryException _ -> "Not a directory";
            case DirectoryNotEmptyException _ -> "Directory not empty";
            default -> failure.getReason() == null ? failure.getClass().getSimpleName() : failure.getReason();
        };
    }
}
