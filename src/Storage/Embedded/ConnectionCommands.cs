using Microsoft.Data.Sqlite;

namespace ControlPlane.Storage.Embedded;

/// <summary>Statements that are run once: of set-up, not of reading and writing.</summary>
internal static class ConnectionCommands
{
    extension(SqliteConnection connection)
    {
        public void Execute(string sql)
        {
            using var command = connection.CreateCommand();
            command.CommandText = sql;
            command.ExecuteNonQuery();
        }

        public long Ask(string sql)
        {
            using var command = connection.CreateCommand();
            command.CommandText = sql;
            return (long)command.ExecuteScalar()!;
        }

        public List<string> AskTexts(string sql)
        {
            using var command = connection.CreateCommand();
            command.CommandText = sql;
            using var rows = command.ExecuteReader();
            var texts = new List<string>();
            while (rows.Read())
                texts.Add(rows.GetString(0));
            return texts;
        }
    }
}
