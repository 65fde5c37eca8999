package org.jalon

import java.io.File
import org.jalon.ffi.EditionCheck
import org.jalon.ffi.EditionKey
import org.jalon.ffi.JalonException
import org.jalon.ffi.fetchEdition
import org.jalon.ffi.newEditionKey
import org.jalon.ffi.verifyEdition

/**
 * Keys of editions, and the check of an edition before it is published. An edition is a territory as signed static files that any
 * web host serves: [Jalon.buildEdition] writes one, and a territory that is added with the URL of its manifest reads one.
 */
public object Edition {
    init {
        LibraryThreads
    }

    /**
     * Makes a key pair that signs editions, in the format of minisign. With a [password] the secret key is encrypted, which takes
     * about a second. Readers accept only editions that the key signed: keep it in a file that only its owner can read, and keep a
     * copy. The text of the record contains the secret key: do not log it.
     *
     * @throws JalonException.InvalidInput if [password] is empty, or the library was built without the feature `edition-build`.
     */
    public suspend fun newKey(password: String? = null): EditionKey = newEditionKey(password)

    /**
     * Checks an edition: its signature, the SHA-256 of every file, every object, every picture that an object names. The signature
     * is verified if there are [publicKeys]. What is wrong with the edition is in the result.
     *
     * @throws JalonException.InvalidInput for a public key that is none, or if the library was built without the feature `edition`.
     */
    public suspend fun verify(directory: File, publicKeys: List<String> = emptyList()): EditionCheck =
        verifyEdition(directory.absolutePath, publicKeys)

    /**
     * Downloads the files of a published edition into a [directory] that exists, as phones see them, so that [verify] can check
     * them. [url] is the address of its manifest.
     *
     * @throws JalonException.Offline without a network.
     * @throws JalonException.ServerException if there is no manifest at the address.
     */
    public suspend fun fetch(url: String, directory: File, allowPlainHttp: Boolean = false): Unit =
        fetchEdition(url, directory.absolutePath, allowPlainHttp)
}
