using ControlPlane.Machinery.Values;
using ControlPlane.Types.Apps;

namespace ControlPlane.Controllers.Apps.Deployments;

/// <summary>Sets and removes a Deployment's conditions.</summary>
internal static class Conditions
{
    public const string Progressing = "Progressing";
    public const string Available = "Available";
    public const string ReplicaFailure = "ReplicaFailure";

    extension(DeploymentStatus status)
    {
        /// <summary>With that condition. The same status for the same reason is left as it was; the same status keeps its time of transition.</summary>
        public DeploymentStatus With(string type, string value, string reason, string message, DateTimeOffset now)
        {
            var before = status.Conditions.FirstOrDefault(condition => condition.Type == type);
            return before?.Status == value && before.Reason == reason ? status : status.Refreshed(type, value, reason, message, now);
        }

        /// <summary>With that condition, dated anew even if it is the same.</summary>
        public DeploymentStatus Refreshed(string type, string value, string reason, string message, DateTimeOffset now)
        {
            var before = status.Conditions.FirstOrDefault(condition => condition.Type == type);
            var condition = new DeploymentCondition
            {
                Type = type,
                Status = value,
                Reason = reason,
                Message = message,
                LastUpdateTime = Timestamp.From(now),
                LastTransitionTime = before?.Status == value ? before.LastTransitionTime : Timestamp.From(now),
            };
            return status.Without(type) with { Conditions = status.Without(type).Conditions.Add(condition) };
        }

        /// <summary>Without conditions of that type.</summary>
        public DeploymentStatus Without(string type) => status with { Conditions = status.Conditions.RemoveAll(condition => condition.Type == type) };
    }
}
