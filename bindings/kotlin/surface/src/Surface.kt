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

// Prints the public API of a jar as Kotlin declarations. Reads the Kotlin metadata, because class files do not have the
// return types of suspend functions, nullability and defaults. Argument: the path of the jar.

private const val GENERATED = "org/jalon/ffi/"

/** Generated declarations that are public for UniFFI only. */
private val INTERNAL = Regex(
    "uniffi.*|Uniffi.*|FfiConverter.*|RustBuffer.*|ForeignBytes.*|NoHandle|.*ErrorHandler|Disposable|JalonCompanion|JalonGuideSession",
)
private val OMITTED_PREFIXES =
    listOf("kotlin.collections.", "kotlin.", "kotlinx.coroutines.flow.", "java.lang.", "java.io.", "org.jalon.ffi.", "org.jalon.")
private val DATA_CLASS_MEMBERS = Regex("component\\d+|copy|equals|hashCode|toString")

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
    val isInternal = it.name.startsWith(GENERATED) &&
        (path.any(INTERNAL::matches) || path.last().endsWith("Interface"))
    if (it.visibility != Visibility.PUBLIC || isInternal) return null
    val members = buildList {
        it.kmEnumEntries.forEach { entry -> add(entry.name) }
        it.constructors.filter { constructor -> isShown(constructor.visibility, "") && it.kind == ClassKind.CLASS }
            .filterNot { constructor -> constructor.valueParameters.any { value -> type(value.type).let(::isInternal) } }
            .mapTo(this) { constructor -> "constructor(${parameters(constructor.valueParameters, it.typeParameters)})" }
        // The properties of a data class are in its constructor.
        val constructorParameters = if (it.isData) it.constructors.flatMap { constructor -> constructor.valueParameters } else emptyList()
        val constructorProperties = constructorParameters.map { value -> value.name }
        it.properties.filter { value -> isShown(value.visibility, value.name) && value.name !in constructorProperties }
            .map(::property).sorted().forEach(::add)
        val hasDataMembers = it.isData || it.kind == ClassKind.ENUM_CLASS
        functions(it).filter { function -> isShown(function.visibility, function.name) }
            .filterNot { function -> hasDataMembers && DATA_CLASS_MEMBERS.matches(function.name) }
            .map { function -> function(function, it.typeParameters) }.sorted().forEach(::add)
    }
    // Omit companion objects without public members.
    if (members.isEmpty() && it.kind == ClassKind.COMPANION_OBJECT) return null
    val supertypes = it.supertypes.map { supertype -> type(supertype, it.typeParameters) }
        .filterNot { supertype -> supertype == "Any" || supertype == "Enum<${path.joinToString(".")}>" }
        .filterNot { supertype -> isInternal(supertype) || supertype.endsWith("Interface") }
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
    val lines = listOf(head) + members.map { member -> "    $member" }
    return it.name.replace('/', '.') to lines.joinToString("\n", postfix = "\n")
}

/** Returns the functions of a class. Those of a generated class come from its interface, which has the defaults. */
private fun functions(it: KmClass): List<KmFunction> {
    val interfaceName = it.name.takeIf { name -> name.startsWith(GENERATED) }?.replace('/', '.') + "Interface"
    val hasInterface = it.supertypes.any { type(it) == interfaceName.removePrefix("org.jalon.ffi.") }
    if (!hasInterface) return it.functions
    val loaded = Class.forName(interfaceName, false, Thread.currentThread().contextClassLoader)
    val metadata = loaded.getAnnotation(Metadata::class.java)
    val declared = (KotlinClassMetadata.readStrict(metadata) as KotlinClassMetadata.Class).kmClass.functions
    declared.forEach { function -> function.modality = Modality.FINAL }
    return declared + it.functions.filter { function -> declared.none { function.name == it.name } }
}

private fun modality(it: KmClass): String? = when (it.modality) {
    Modality.SEALED -> "sealed"
    Modality.ABSTRACT -> if (it.kind == ClassKind.CLASS) "abstract" else null
    Modality.OPEN -> "open"
    else -> null
}

private fun isShown(visibility: Visibility, name: String) =
    visibility == Visibility.PUBLIC && !INTERNAL.matches(name) && name != "destroy"

private fun isInternal(type: String) = INTERNAL.matches(type.removeSuffix("?").substringAfterLast('.'))

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

private fun parameters(parameters: List<KmValueParameter>, names: List<KmTypeParameter>) =
    parameters.joinToString { "${it.name}: ${type(it.type, names)}${if (it.declaresDefaultValue) " = …" else ""}" }

private fun typeParameters(parameters: List<KmTypeParameter>) =
    if (parameters.isEmpty()) "" else parameters.joinToString(prefix = "<", postfix = ">") { it.name }

private fun type(it: KmType, names: List<KmTypeParameter> = emptyList()): String {
    val name = when (val classifier = it.classifier) {
        is KmClassifier.Class -> classifier.name
        is KmClassifier.TypeAlias -> classifier.name
        is KmClassifier.TypeParameter -> names.find { known -> known.id == classifier.id }?.name ?: "T"
    }
    val arguments = it.arguments.map { argument ->
        val inner = argument.type?.let { argumentType -> type(argumentType, names) } ?: "*"
        when (argument.variance) {
            KmVariance.IN -> "in $inner"
            KmVariance.OUT -> "out $inner"
            else -> inner
        }
    }
    val short = OMITTED_PREFIXES.fold(name.replace('/', '.')) { left, prefix -> left.removePrefix(prefix) }
    return short + (if (arguments.isEmpty()) "" else arguments.joinToString(prefix = "<", postfix = ">")) +
        if (it.isNullable) "?" else ""
}
