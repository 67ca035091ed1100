namespace ControlPlane.Resources.Core;

/// <summary>
/// In which order, and under which names, refusals print the fields of what they refuse: those of upstream's internal types (pkg/apis/core), which clients
/// see nowhere else. A field is its JSON name and what stands where it is absent: nothing said is "", '#' is 0, '!' is false, '?' is null, ':' an object of that
/// type; '?Type' is an object or null, '[Type]' a list of objects or null, '*' the fields of the object itself; 'Name=' before it is a name of its own.
/// </summary>
internal static class InternalLayout
{
    private static readonly Dictionary<string, string> Names = new(StringComparer.Ordinal)
    {
        ["apiGroup"] = "APIGroup",
        ["apiVersion"] = "APIVersion",
        ["awsElasticBlockStore"] = "AWSElasticBlockStore",
        ["cephfs"] = "CephFS",
        ["csi"] = "CSI",
        ["dnsConfig"] = "DNSConfig",
        ["dnsPolicy"] = "DNSPolicy",
        ["fc"] = "FC",
        ["fsGroup"] = "FSGroup",
        ["fsGroupChangePolicy"] = "FSGroupChangePolicy",
        ["fsType"] = "FSType",
        ["gcePersistentDisk"] = "GCEPersistentDisk",
        ["gmsaCredentialSpec"] = "GMSACredentialSpec",
        ["gmsaCredentialSpecName"] = "GMSACredentialSpecName",
        ["grpc"] = "GRPC",
        ["httpGet"] = "HTTPGet",
        ["httpHeaders"] = "HTTPHeaders",
        ["ip"] = "IP",
        ["iqn"] = "IQN",
        ["iscsi"] = "ISCSI",
        ["iscsiInterface"] = "ISCSIInterface",
        ["nfs"] = "NFS",
        ["os"] = "OS",
        ["pdName"] = "PDName",
        ["rbd"] = "RBD",
        ["seLinuxChangePolicy"] = "SELinuxChangePolicy",
        ["seLinuxOptions"] = "SELinuxOptions",
        ["sslEnabled"] = "SSLEnabled",
        ["storageos"] = "StorageOS",
        ["targetWWNs"] = "TargetWWNs",
        ["tcpSocket"] = "TCPSocket",
        ["tty"] = "TTY",
        ["wwids"] = "WWIDs",
        ["chapAuthDiscovery"] = "DiscoveryCHAPAuth",
        ["chapAuthSession"] = "SessionCHAPAuth",
        ["diskURI"] = "DataDiskURI",
        ["storagePolicyID"] = "StoragePolicyID",
    };

    private static readonly Dictionary<string, string[]> Types = new(StringComparer.Ordinal)
    {
        ["PodSpec"] = Fields(
            """
            volumes[Volume] initContainers[Container] containers[Container] ephemeralContainers[EphemeralContainer] restartPolicy terminationGracePeriodSeconds?
            activeDeadlineSeconds? dnsPolicy nodeSelector? serviceAccountName automountServiceAccountToken? nodeName securityContext?PodSecurityContext
            imagePullSecrets[LocalObjectReference] hostname subdomain setHostnameAsFQDN? affinity?Affinity schedulerName tolerations[Toleration]
            hostAliases[HostAlias] priorityClassName priority? preemptionPolicy? dnsConfig?DNSConfig readinessGates[ReadinessGate] runtimeClassName? overhead?
            enableServiceLinks? topologySpreadConstraints[SpreadConstraint] os?Named schedulingGates[Named] resourceClaims[PodResourceClaim]
            resources?Resources hostnameOverride? schedulingGroup?SchedulingGroup
            """),
        ["Named"] = Fields("name"),
        ["LocalObjectReference"] = Fields("name"),
        ["SchedulingGroup"] = Fields("podGroupName?"),
        ["ReadinessGate"] = Fields("conditionType"),
        ["PodResourceClaim"] = Fields("name resourceClaimName? resourceClaimTemplateName?"),
        ["HostAlias"] = Fields("ip hostnames?"),
        ["DNSConfig"] = Fields("nameservers? searches? options[DNSOption]"),
        ["DNSOption"] = Fields("name value?"),
        ["Toleration"] = Fields("key operator value effect tolerationSeconds?"),
        ["Taint"] = Fields("key value effect timeAdded?"),
        ["NodeAddress"] = Fields("type address"),
        ["ServicePort"] = Fields("name protocol appProtocol? port# targetPort# nodePort#"),
        ["ScopeSelector"] = Fields("matchExpressions[ScopeRequirement]"),
        ["ScopeRequirement"] = Fields("scopeName operator values?"),
        ["SpreadConstraint"] = Fields(
            "maxSkew# topologyKey whenUnsatisfiable labelSelector? minDomains? nodeAffinityPolicy? nodeTaintsPolicy? matchLabelKeys?"),
        ["Affinity"] = Fields("nodeAffinity?NodeAffinity podAffinity?PodAffinity podAntiAffinity?PodAffinity"),
        ["NodeAffinity"] = Fields(
            "requiredDuringSchedulingIgnoredDuringExecution?NodeSelector preferredDuringSchedulingIgnoredDuringExecution[PreferredTerm]"),
        ["NodeSelector"] = Fields("nodeSelectorTerms[NodeTerm]"),
        ["NodeTerm"] = Fields("matchExpressions[NodeRequirement] matchFields[NodeRequirement]"),
        ["NodeRequirement"] = Fields("key operator values?"),
        ["PreferredTerm"] = Fields("weight# preference:NodeTerm"),
        ["PodAffinity"] = Fields("requiredDuringSchedulingIgnoredDuringExecution[PodTerm] preferredDuringSchedulingIgnoredDuringExecution[WeightedTerm]"),
        ["PodTerm"] = Fields("labelSelector? namespaces? topologyKey namespaceSelector? matchLabelKeys? mismatchLabelKeys?"),
        ["WeightedTerm"] = Fields("weight# podAffinityTerm:PodTerm"),
        ["PodSecurityContext"] = Fields(
            """
            hostNetwork! hostPID! hostIPC! shareProcessNamespace? hostUsers? seLinuxOptions?SELinux windowsOptions?Windows runAsUser? runAsGroup? runAsNonRoot?
            supplementalGroups? supplementalGroupsPolicy? fsGroup? fsGroupChangePolicy? sysctls[Pair] seccompProfile?Profile appArmorProfile?Profile
            seLinuxChangePolicy?
            """),
        ["SecurityContext"] = Fields(
            """
            capabilities?Capabilities privileged? seLinuxOptions?SELinux windowsOptions?Windows runAsUser? runAsGroup? runAsNonRoot? readOnlyRootFilesystem?
            allowPrivilegeEscalation? procMount? seccompProfile?Profile appArmorProfile?Profile
            """),
        ["Capabilities"] = Fields("add? drop?"),
        ["SELinux"] = Fields("user role type level"),
        ["Windows"] = Fields("gmsaCredentialSpecName? gmsaCredentialSpec? runAsUserName? hostProcess?"),
        ["Profile"] = Fields("type localhostProfile?"),
        ["Pair"] = Fields("name value"),
        ["Container"] = Fields(
            """
            name image command? args? workingDir ports[ContainerPort] envFrom[EnvFrom] env[EnvVar] resources:Resources resizePolicy[ResizePolicy] restartPolicy?
            restartPolicyRules[RestartRule] volumeMounts[VolumeMount] volumeDevices[VolumeDevice] livenessProbe?Probe readinessProbe?Probe startupProbe?Probe
            lifecycle?Lifecycle terminationMessagePath terminationMessagePolicy imagePullPolicy securityContext?SecurityContext stdin! stdinOnce! tty!
            """),
        ["EphemeralContainer"] = Fields("*Container targetContainerName"),
        ["ContainerPort"] = Fields("name hostPort# containerPort# protocol hostIP"),
        ["EnvFrom"] = Fields("prefix configMapRef?OptionalName secretRef?OptionalName"),
        ["OptionalName"] = Fields("name optional?"),
        ["EnvVar"] = Fields("name value valueFrom?EnvSource"),
        ["EnvSource"] = Fields("fieldRef?FieldRef resourceFieldRef?ResourceRef configMapKeyRef?OptionalKey secretKeyRef?OptionalKey fileKeyRef?FileKey"),
        ["FieldRef"] = Fields("apiVersion fieldPath"),
        ["ResourceRef"] = Fields("containerName resource divisor"),
        ["OptionalKey"] = Fields("name key optional?"),
        ["FileKey"] = Fields("volumeName path key optional?"),
        ["Resources"] = Fields("limits? requests? claims[ResourceClaim]"),
        ["ResourceClaim"] = Fields("name request"),
        ["ResizePolicy"] = Fields("resourceName restartPolicy"),
        ["RestartRule"] = Fields("action exitCodes?ExitCodes"),
        ["ExitCodes"] = Fields("operator values?"),
        ["VolumeMount"] = Fields("name readOnly! recursiveReadOnly? mountPath subPath mountPropagation? subPathExpr"),
        ["VolumeDevice"] = Fields("name devicePath"),
        ["Probe"] = Fields(
            """
            exec?Exec httpGet?HTTPGet tcpSocket?TCPSocket grpc?GRPC initialDelaySeconds# timeoutSeconds# periodSeconds# successThreshold# failureThreshold#
            terminationGracePeriodSeconds?
            """),
        ["Exec"] = Fields("command?"),
        ["HTTPGet"] = Fields("path port host scheme httpHeaders[Pair]"),
        ["TCPSocket"] = Fields("port host"),
        ["GRPC"] = Fields("port# service?"),
        ["Lifecycle"] = Fields("postStart?Handler preStop?Handler stopSignal?"),
        ["Handler"] = Fields("exec?Exec httpGet?HTTPGet tcpSocket?TCPSocket sleep?Sleep"),
        ["Sleep"] = Fields("seconds#"),
        ["Volume"] = Fields(
            """
            name hostPath?HostPath emptyDir?EmptyDir gcePersistentDisk?GCE awsElasticBlockStore?AWS gitRepo?Git secret?Secret nfs?NFS iscsi?ISCSI
            glusterfs?Glusterfs persistentVolumeClaim?Claim rbd?RBD quobyte?Quobyte flexVolume?Flex cinder?Cinder cephfs?CephFS flocker?Flocker
            downwardAPI?Downward fc?FC azureFile?AzureFile configMap?ConfigMap vsphereVolume?Vsphere azureDisk?AzureDisk photonPersistentDisk?Photon
            projected?Projected portworxVolume?Portworx scaleIO?ScaleIO storageos?StorageOS csi?CSI ephemeral?Ephemeral image?Image
            """),
        ["HostPath"] = Fields("path type?"),
        ["EmptyDir"] = Fields("medium sizeLimit?"),
        ["GCE"] = Fields("pdName fsType partition# readOnly!"),
        ["AWS"] = Fields("volumeID fsType partition# readOnly!"),
        ["Git"] = Fields("repository revision directory"),
        ["Secret"] = Fields("secretName items[KeyToPath] defaultMode? optional?"),
        ["KeyToPath"] = Fields("key path mode?"),
        ["NFS"] = Fields("server path readOnly!"),
        ["ISCSI"] = Fields(
            "targetPortal iqn lun# iscsiInterface fsType readOnly! portals? chapAuthDiscovery! chapAuthSession! secretRef?LocalObjectReference initiatorName?"),
        ["Glusterfs"] = Fields("EndpointsName=endpoints path readOnly!"),
        ["Claim"] = Fields("claimName readOnly!"),
        ["RBD"] = Fields("CephMonitors=monitors? RBDImage=image fsType RadosPool=pool RadosUser=user keyring secretRef?LocalObjectReference readOnly!"),
        ["Quobyte"] = Fields("registry volume readOnly! user group tenant"),
        ["Flex"] = Fields("driver fsType secretRef?LocalObjectReference readOnly! options?"),
        ["Cinder"] = Fields("volumeID fsType readOnly! secretRef?LocalObjectReference"),
        ["CephFS"] = Fields("monitors? path user secretFile secretRef?LocalObjectReference readOnly!"),
        ["Flocker"] = Fields("datasetName datasetUUID"),
        ["Downward"] = Fields("items[DownwardFile] defaultMode?"),
        ["DownwardFile"] = Fields("path fieldRef?FieldRef resourceFieldRef?ResourceRef mode?"),
        ["FC"] = Fields("targetWWNs? lun? fsType readOnly! wwids?"),
        ["AzureFile"] = Fields("secretName shareName readOnly!"),
        ["ConfigMap"] = Fields("name items[KeyToPath] defaultMode? optional?"),
        ["Vsphere"] = Fields("volumePath fsType storagePolicyName storagePolicyID"),
        ["AzureDisk"] = Fields("diskName diskURI cachingMode? fsType? readOnly? kind?"),
        ["Photon"] = Fields("pdID fsType"),
        ["Projected"] = Fields("sources[Projection] defaultMode?"),
        ["Projection"] = Fields(
            """
            secret?ProjectedMap downwardAPI?ProjectedDownward configMap?ProjectedMap serviceAccountToken?Token clusterTrustBundle?TrustBundle
            podCertificate?Certificate
            """),
        ["ProjectedMap"] = Fields("name items[KeyToPath] optional?"),
        ["ProjectedDownward"] = Fields("items[DownwardFile]"),
        ["Token"] = Fields("audience expirationSeconds# path"),
        ["TrustBundle"] = Fields("name? signerName? labelSelector? optional? path"),
        ["Certificate"] = Fields("signerName keyType maxExpirationSeconds? credentialBundlePath keyPath certificateChainPath userAnnotations?"),
        ["Portworx"] = Fields("volumeID fsType readOnly!"),
        ["ScaleIO"] = Fields(
            "gateway system secretRef?LocalObjectReference sslEnabled! protectionDomain storagePool storageMode volumeName fsType readOnly!"),
        ["StorageOS"] = Fields("volumeName volumeNamespace fsType readOnly! secretRef?LocalObjectReference"),
        ["CSI"] = Fields("driver readOnly? fsType? volumeAttributes? nodePublishSecretRef?LocalObjectReference"),
        ["Ephemeral"] = Fields("volumeClaimTemplate?ClaimTemplate"),
        ["ClaimTemplate"] = Fields("spec:ClaimSpec"),
        ["ClaimSpec"] = Fields(
            """
            accessModes? selector? resources:VolumeResources volumeName storageClassName? volumeMode? dataSource?TypedReference dataSourceRef?TypedObjectReference
            volumeAttributesClassName?
            """),
        ["VolumeResources"] = Fields("limits? requests?"),
        ["TypedReference"] = Fields("apiGroup? kind name"),
        ["TypedObjectReference"] = Fields("apiGroup? kind name namespace?"),
        ["Image"] = Fields("reference pullPolicy"),
        ["PersistentVolumeSource"] = Fields(
            """
            gcePersistentDisk?GCE awsElasticBlockStore?AWS hostPath?HostPath glusterfs?PersistentGlusterfs nfs?NFS rbd?PersistentRBD quobyte?Quobyte
            iscsi?PersistentISCSI flexVolume?PersistentFlex cinder?PersistentCinder cephfs?PersistentCephFS fc?FC flocker?Flocker azureFile?PersistentAzureFile
            vsphereVolume?Vsphere azureDisk?AzureDisk photonPersistentDisk?Photon portworxVolume?Portworx scaleIO?PersistentScaleIO local?Local
            storageos?PersistentStorageOS csi?PersistentCSI
            """),
        ["SecretReference"] = Fields("name namespace"),
        ["ObjectReference"] = Fields("kind namespace name UID=uid apiVersion resourceVersion fieldPath"),
        ["PersistentGlusterfs"] = Fields("*Glusterfs endpointsNamespace?"),
        ["PersistentRBD"] = Fields(
            "CephMonitors=monitors? RBDImage=image fsType RadosPool=pool RadosUser=user keyring secretRef?SecretReference readOnly!"),
        ["PersistentISCSI"] = Fields(
            "targetPortal iqn lun# iscsiInterface fsType readOnly! portals? chapAuthDiscovery! chapAuthSession! secretRef?SecretReference initiatorName?"),
        ["PersistentFlex"] = Fields("driver fsType secretRef?SecretReference readOnly! options?"),
        ["PersistentCinder"] = Fields("volumeID fsType readOnly! secretRef?SecretReference"),
        ["PersistentCephFS"] = Fields("monitors? path user secretFile secretRef?SecretReference readOnly!"),
        ["PersistentAzureFile"] = Fields("*AzureFile secretNamespace?"),
        ["PersistentScaleIO"] = Fields(
            "gateway system secretRef?SecretReference sslEnabled! protectionDomain storagePool storageMode volumeName fsType readOnly!"),
        ["Local"] = Fields("path fsType?"),
        ["PersistentStorageOS"] = Fields("volumeName volumeNamespace fsType readOnly! secretRef?ObjectReference"),
        ["PersistentCSI"] = Fields(
            """
            driver volumeHandle readOnly! fsType volumeAttributes? controllerPublishSecretRef?SecretReference nodeStageSecretRef?SecretReference
            nodePublishSecretRef?SecretReference controllerExpandSecretRef?SecretReference nodeExpandSecretRef?SecretReference
            """),
        ["VolumeNodeAffinity"] = Fields("required?NodeSelector"),
        ["CSINodeDriver"] = Fields("name NodeID=nodeID topologyKeys? allocatable?NodeResources"),
        ["NodeResources"] = Fields("count?"),
    };

    /// <summary>The fields of a type, in order.</summary>
    internal static string[] Of(string type) => Types[type];

    /// <summary>The name of a field there.</summary>
    internal static string NameOf(string json) => Names.TryGetValue(json, out var name) ? name : char.ToUpperInvariant(json[0]) + json[1..];

    private static string[] Fields(string text) => text.Split([' ', '\n'], StringSplitOptions.RemoveEmptyEntries);
}
