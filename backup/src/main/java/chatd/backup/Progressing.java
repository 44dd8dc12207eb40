package chatd.backup;

/** Is told how far a long operation is. Called often, on the thread that does the work. */
public interface Progressing {
    /** @param how in words, such as "written 12 MiB" */
    void show(String how);
}
