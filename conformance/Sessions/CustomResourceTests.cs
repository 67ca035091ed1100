namespace ControlPlane.Conformance.Sessions;

/// <summary>What an author of an operator does with a kind of their own, with plain kubectl.</summary>
internal sealed class CustomResourceTests
{
    private const string Definition = """
        apiVersion: apiextensions.k8s.io/v1
        kind: CustomResourceDefinition
        metadata:
          name: crontabs.stable.example.com
        spec:
          group: stable.example.com
          scope: Namespaced
          names: {plural: crontabs, singular: crontab, kind: CronTab, shortNames: [ct], categories: [mine]}
          versions:
          - name: v1
            served: true
            storage: true
            subresources:
              status: {}
              scale: {specReplicasPath: .spec.replicas, statusReplicasPath: .status.replicas}
            additionalPrinterColumns:
            - {name: Spec, type: string, jsonPath: .spec.cronSpec}
            - {name: Replicas, type: integer, jsonPath: .spec.replicas}
            schema:
              openAPIV3Schema:
                type: object
                properties:
                  spec:
                    type: object
                    description: What is to be run.
                    x-kubernetes-validations:
                    - {rule: "self.replicas != 7", message: seven is not allowed}
                    properties:
                      cronSpec: {type: string, description: When it runs., pattern: '^[0-9* /]+$'}
                      replicas: {type: integer, minimum: 1, maximum: 10, default: 1}
                  status:
                    type: object
                    properties:
                      replicas: {type: integer}
        """;

    [Test]
    public async Task A_kind_of_ones_own_is_used_like_any_other()
    {
        await using var scratch = await Scratch.CreateAsync();
        await scratch.WithInputAsync(Definition, "apply", "-f", "-");
        try
        {
            await scratch.RunAsync("wait", "--for=condition=Established", "crd/crontabs.stable.example.com", "--timeout=20s");
            await UseAsync(scratch);
        }
        finally
        {
            await scratch.RunAsync("delete", "crd", "crontabs.stable.example.com", "--timeout=60s");
        }

        Assert.That(await scratch.RunAsync("api-resources", "--api-group=stable.example.com", "--no-headers"), Is.Empty);
    }

    private static async Task UseAsync(Scratch scratch)
    {
        Assert.That(await ApplyAsync(scratch, "* * * * *", 3), Is.EqualTo("crontab.stable.example.com/nightly created\n"));
        Assert.That(await ApplyAsync(scratch, "* * * * *", 3), Is.EqualTo("crontab.stable.example.com/nightly unchanged\n"));
        Assert.That(await scratch.RunAsync("get", "ct"), Does.Match(@"^NAME +SPEC +REPLICAS\nnightly +\* \* \* \* \* +3\n$"));
        Assert.That(await scratch.RunAsync("get", "mine", "-o", "name"), Is.EqualTo("crontab.stable.example.com/nightly\n"));
        Assert.That(await scratch.RunAsync("explain", "crontab.spec.cronSpec"), Does.Contain("KIND:       CronTab").And.Contain("When it runs."));
        await scratch.RunAsync("scale", "crontab/nightly", "--replicas=5");
        Assert.That(await scratch.RunAsync("get", "ct", "nightly", "-o", "jsonpath={.spec.replicas}"), Is.EqualTo("5"));

        var (code, _, error) = await scratch.TryAsync("patch", "ct", "nightly", "--type=merge", "-p", """{"spec":{"replicas":7}}""");
        Assert.That((code, error), Is.EqualTo((1, "The CronTab \"nightly\" is invalid: spec: Invalid value: seven is not allowed\n")));
        await scratch.RunAsync("delete", "ct", "nightly");
        Assert.That(await scratch.RunAsync("get", "ct", "-o", "name"), Is.Empty);
    }

    private static Task<string> ApplyAsync(Scratch scratch, string when, int replicas) => scratch.WithInputAsync($$$"""
        {"apiVersion":"stable.example.com/v1","kind":"CronTab","metadata":{"name":"nightly"},"spec":{"cronSpec":"{{{when}}}","replicas":{{{replicas}}}}}
        """, "apply", "-f", "-");
}
