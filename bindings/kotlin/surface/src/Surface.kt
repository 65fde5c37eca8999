import java.io.File
import java.util.jar.JarFile
import kotlin.metadata.ClassKind
import kotlin.metadata.KmClass
import kotlin.metadata.KmClassifier
import kotlin.metadata.KmFunction
import kotlin.metadata.KmProperty
import kotlin.metadata.KmType
import kotlin.metadata.KmTypeParameter
import kotlin.metadata.KmValueParameter
import kotlin.metadata.KmVariance
import kotlin.metadata.Modality
import kotlin.metadata.Visibility
import kotlin.metadata.declaresDefaultValue
import kotlin.metadata.isData
import kotlin.metadata.isNullable
import kotlin.metadata.isOperator
import kotlin.metadata.isSuspend
import kotlin.metadata.isVar
import kotlin.metadata.jvm.KotlinClassMetadata
import kotlin.metadata.kind
import kotlin.metadata.modality
import kotlin.metadata.visibility

// Prints what Kotlin sees of a jar's public classes: suspend functions with what they return, nullable types, defaults.
// Reads Kotlin's own metadata, since in the class files a suspend function returns Object. Arguments: the jar.

private const val GENERATED = "org/jalon/ffi/"

/** What UniFFI needs to be public and no app should touch. */
private val MACHINERY = Regex("uniffi.*|Uniffi.*|FfiConverter.*|RustBuffer.*|ForeignBytes.*|NoHandle|.*ErrorHandler|Disposable|FrontDoor")
private val OBVIOUS =
    listOf("kotlin.collections.", "kotlin.", "kotlinx.coroutines.flow.", "java.lang.", "java.io.", "org.jalon.ffi.", "org.jalon.")
private val OF_DATA = Regex("component\\d+|copy|equals|hashCode|toString")

fun main(arguments: Array<String>) {
    val jar = JarFile(File(arguments.single()))
    val names = jar.entries().asSequence().map { it.name }
        .filter { it.startsWith("org/jalon/") && it.endsWith(".class") }
        .map { it.removeSuffix(".class").replace('/', '.') }
    val declarations = names.flatMap { declarations(Class.forName(it, false, Thread.currentThread().contextClassLoader)) }
    print(declarations.sortedBy { it.first }.joinToString("\n") { it.second })
}

private fun declarations(loaded: Class<*>): List<Pair<String, String>> {
    val metadata = loaded.getAnnotation(Metadata::class.java) ?: return emptyList()
    return when (val read = KotlinClassMetadata.readStrict(metadata)) {
        is KotlinClassMetadata.Class -> listOfNotNull(declaration(read.kmClass))
        is KotlinClassMetadata.FileFacade -> topLevel(loaded, read.kmPackage.functions, read.kmPackage.properties)
        is KotlinClassMetadata.MultiFileClassPart -> topLevel(loaded, read.kmPackage.functions, read.kmPackage.properties)
        else -> emptyList()
    }
}

private fun topLevel(file: Class<*>, functions: List<KmFunction>, properties: List<KmProperty>): List<Pair<String, String>> {
    val within = file.`package`.name
    val lines = properties.filter { isShown(it.visibility, it.name) }.map(::property) +
        functions.filter { isShown(it.visibility, it.name) }.map { function(it, emptyList()) }
    return lines.sorted().map { "$within $it" to "$within $it\n" }
}

private fun declaration(it: KmClass): Pair<String, String>? {
    val path = it.name.substringAfterLast('/').split('.')
    val isMachinery = it.name.startsWith(GENERATED) &&
        (path.any(MACHINERY::matches) || path.last().endsWith("Interface"))
    if (it.visibility != Visibility.PUBLIC || isMachinery) return null
    val members = buildList {
        it.kmEnumEntries.forEach { entry -> add(entry.name) }
        it.constructors.filter { made -> isShown(made.visibility, "") && it.kind == ClassKind.CLASS }
            .filterNot { made -> made.valueParameters.any { value -> type(value.type).let(::isMachinery) } }
            .mapTo(this) { made -> "constructor(${parameters(made.valueParameters, it.typeParameters)})" }
        // Those of a data class stand in its constructor.
        val told = if (it.isData) it.constructors.flatMap { made -> made.valueParameters.map { value -> value.name } } else emptyList()
        it.properties.filter { value -> isShown(value.visibility, value.name) && value.name !in told }
            .map(::property).sorted().forEach(::add)
        functions(it).filter { called -> isShown(called.visibility, called.name) }
            .filterNot { called -> (it.isData || it.kind == ClassKind.ENUM_CLASS) && OF_DATA.matches(called.name) }
            .map { called -> function(called, it.typeParameters) }.sorted().forEach(::add)
    }
    // A companion object with nothing public in it is of no use to anybody.
    if (members.isEmpty() && it.kind == ClassKind.COMPANION_OBJECT) return null
    val supertypes = it.supertypes.map { above -> type(above, it.typeParameters) }
        .filterNot { above -> above in setOf("Any", "Enum<${path.joinToString(".")}>") || isMachinery(above) || above.endsWith("Interface") }
    val head = listOfNotNull(
        modality(it),
        if (it.isData) "data" else null,
        when (it.kind) {
            ClassKind.CLASS -> "class"
            ClassKind.INTERFACE -> "interface"
            ClassKind.ENUM_CLASS -> "enum class"
            ClassKind.ANNOTATION_CLASS -> "annotation class"
            ClassKind.COMPANION_OBJECT -> "companion object"
            else -> "object"
        },
        it.name.replace('/', '.') + typeParameters(it.typeParameters),
        if (supertypes.isEmpty()) null else ": " + supertypes.joinToString(),
    ).joinToString(" ")
    return it.name.replace('/', '.') to (listOf(head) + members.map { member -> "    $member" }).joinToString("\n", postfix = "\n")
}

/** Of an object its interface's, where defaults stand, and what it has beside them. */
private fun functions(it: KmClass): List<KmFunction> {
    val own = it.name.takeIf { name -> name.startsWith(GENERATED) }?.replace('/', '.') + "Interface"
    val above = it.supertypes.any { type(it) == own.removePrefix("org.jalon.ffi.") }
    if (!above) return it.functions
    val metadata = Class.forName(own, false, Thread.currentThread().contextClassLoader).getAnnotation(Metadata::class.java)
    val declared = (KotlinClassMetadata.readStrict(metadata) as KotlinClassMetadata.Class).kmClass.functions
    declared.forEach { called -> called.modality = Modality.FINAL }
    return declared + it.functions.filter { called -> declared.none { called.name == it.name } }
}

private fun modality(it: KmClass): String? = when (it.modality) {
    Modality.SEALED -> "sealed"
    Modality.ABSTRACT -> if (it.kind == ClassKind.CLASS) "abstract" else null
    Modality.OPEN -> "open"
    else -> null
}

private fun isShown(visibility: Visibility, name: String) =
    visibility == Visibility.PUBLIC && !MACHINERY.matches(name) && name != "destroy"

private fun isMachinery(type: String) = MACHINERY.matches(type.removeSuffix("?").substringAfterLast('.'))

private fun function(it: KmFunction, outer: List<KmTypeParameter>): String {
    val names = outer + it.typeParameters
    return listOfNotNull(
        if (it.modality == Modality.ABSTRACT) "abstract" else null,
        if (it.isSuspend) "suspend" else null,
        if (it.isOperator) "operator" else null,
        "fun",
        typeParameters(it.typeParameters).ifEmpty { null },
        (it.receiverParameterType?.let { on -> type(on, names) + "." } ?: "") + it.name +
            "(${parameters(it.valueParameters, names)}): ${type(it.returnType, names)}",
    ).joinToString(" ")
}

private fun property(it: KmProperty): String {
    val on = it.receiverParameterType?.let { on -> type(on) + "." } ?: ""
    return "${if (it.isVar) "var" else "val"} $on${it.name}: ${type(it.returnType)}"
}

private fun parameters(them: List<KmValueParameter>, names: List<KmTypeParameter>) =
    them.joinToString { "${it.name}: ${type(it.type, names)}${if (it.declaresDefaultValue) " = …" else ""}" }

private fun typeParameters(them: List<KmTypeParameter>) =
    if (them.isEmpty()) "" else them.joinToString(prefix = "<", postfix = ">") { it.name }

private fun type(it: KmType, names: List<KmTypeParameter> = emptyList()): String {
    val name = when (val what = it.classifier) {
        is KmClassifier.Class -> what.name
        is KmClassifier.TypeAlias -> what.name
        is KmClassifier.TypeParameter -> names.find { known -> known.id == what.id }?.name ?: "T"
    }
    val arguments = it.arguments.map { argument ->
        val inner = argument.type?.let { within -> type(within, names) } ?: "*"
        when (argument.variance) {
            KmVariance.IN -> "in $inner"
            KmVariance.OUT -> "out $inner"
            else -> inner
        }
    }
    val short = OBVIOUS.fold(name.replace('/', '.')) { left, prefix -> left.removePrefix(prefix) }
    return short + (if (arguments.isEmpty()) "" else arguments.joinToString(prefix = "<", postfix = ">")) +
        if (it.isNullable) "?" else ""
}
