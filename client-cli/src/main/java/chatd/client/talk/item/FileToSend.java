package chatd.client.talk.item;

import java.nio.file.Path;

/**
 * A file of this machine that is to be sent.
 *
 * @param name the file name that the recipients see
 * @param size in bytes
 * @param isPicture whether it is to be shown in place, without the data on where and with what it was taken
 */
public record FileToSend(Path path, String name, long size, boolean isPicture) {}
